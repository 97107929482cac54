"""What the scripts that look at a relay share: asking programs that may fail, which is then part of the answer."""

import subprocess

PATIENCE = 60


def said(*command, given=None, error=False):
    """What a program prints, on standard output or error; empty when it cannot be run."""
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, errors="replace", check=False, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stderr if error else done.stdout).strip()


def succeeds(*command):
    try:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.run(command, check=False, timeout=PATIENCE, **quiet).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def expanded(name):
    """A parameter of the live configuration with the parameters in it replaced."""
    return said("postconf", "-xh", name)


def pairs_in(dump):
    """Keys and values of a Berkeley database in what db_dump prints, in hexadecimal."""
    lines = [line.strip() for line in dump.splitlines() if line.startswith(" ")]
    return list(zip(lines[::2], lines[1::2]))


def key_parts(key):
    """User, realm and property of one key of sasldb."""
    parts = bytes.fromhex(key).decode(errors="replace").split("\0")
    return parts if len(parts) == 3 else [parts[0], "", ""]
