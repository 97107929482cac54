"""Running other programs that may be missing, fail or hang."""

from __future__ import annotations

import subprocess

PATIENCE = 60


def output_of(*command: str, given: str | None = None) -> str:
    """Standard output without surrounding white space; empty when the program cannot be run."""
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, errors="replace", check=False, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
