"""What the scripts that look at a relay share: asking programs that may fail, which is then part of the answer."""

import os
import pty
import smtplib
import subprocess

PATIENCE = 60


def said(*command, given=None):
    """What a program prints, on standard output; empty when it cannot be run."""
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, errors="replace", check=False, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def told(*command):
    """What a program says on a terminal as its standard error; Postfix's own scripts tell only the log otherwise."""
    master, slave = pty.openpty()
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": slave}
    with subprocess.Popen(command, **quiet) as child:
        os.close(slave)
        text = b""
        try:
            while chunk := os.read(master, 4096):
                text += chunk
        except OSError:
            # How Linux tells that nobody has the terminal open any more.
            pass
        child.wait()
    os.close(master)
    return text.decode(errors="replace")


def reason(error):
    """One short text for what a connection or a dialogue ended with."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "no answer"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


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
