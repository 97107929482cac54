"""The sizes of Postfix's queues."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable
from typing import Any

QUEUES = ("active", "deferred", "hold", "incoming", "maildrop")


def summary(lines: Iterable[str], now: float) -> dict[str, dict[str, Any]]:
    """Messages and the oldest one's age for each queue, from the lines that `postqueue -j` prints."""
    queues: dict[str, dict[str, Any]] = {name: {"messages": 0, "oldestSeconds": None} for name in QUEUES}
    for line in lines:
        message = json.loads(line)
        queue = queues.setdefault(message["queue_name"], {"messages": 0, "oldestSeconds": None})
        queue["messages"] += 1
        queue["oldestSeconds"] = max(queue["oldestSeconds"] or 0, int(now - message["arrival_time"]), 0)
    return queues


def sizes() -> tuple[dict[str, dict[str, Any]], str | None]:
    """The summary of the live queue, read line by line, and what postqueue says when it fails."""
    command = ["postqueue", "-j"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
    ) as child:
        assert child.stdout and child.stderr
        queues = summary(child.stdout, time.time())
        problem = child.stderr.read().strip()
    return queues, (problem or "postqueue fails") if child.returncode != 0 else None
