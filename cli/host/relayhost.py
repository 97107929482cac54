"""What all scripts of the command share: how they answer, and how they keep out of a deploy's way."""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from lib import lock
from lib.lock import is_deploying

# Long enough for a deploy's quick steps; a person at a terminal waits for it.
PATIENCE = 10


class Refusal(Exception):
    """Why a command cannot be carried out, in one sentence for people."""


def run(script: str, args: dict[str, Any]) -> None:
    """Runs main(args) of a script, and sends what it yields."""
    threading.Thread(target=end_with_connection, daemon=True).start()
    try:
        if not shutil.which("postconf"):
            raise Refusal("there is no Postfix on this host; has the relay been deployed to it?")
        for row in importlib.import_module(script).main(args):
            send(row=row)
    except Refusal as refusal:
        send(error=str(refusal))
        sys.exit(1)
    except BrokenPipeError:
        os._exit(1)


def send(**message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Tells people more than the result; a closed connection must not end a change half-way."""
    with contextlib.suppress(BrokenPipeError):
        send(note=text)


def end_with_connection() -> None:
    """Nothing that only reads lives on after whoever asked has left; a change is carried to its end."""
    # Not through sys.stdin, whose lock this thread would still hold when the interpreter ends.
    while os.read(0, 4096):
        pass
    while changing:
        time.sleep(0.1)
    for child in list(children):
        child.kill()
    os._exit(1)


changing: list[bool] = []
children: list[subprocess.Popen[bytes]] = []


def lines(command: list[str]) -> Iterator[str]:
    """The lines a program prints, as they come."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        children.append(child)
        try:
            assert child.stdout and child.stderr
            for line in child.stdout:
                yield line.decode("utf-8", "replace").rstrip("\n")
            complaint = child.stderr.read().decode("utf-8", "replace").strip()
            if child.wait() != 0:
                raise Refusal(f"{command[0]}: {complaint.splitlines()[-1] if complaint else 'failed'}")
        finally:
            child.kill()
            children.remove(child)


def output(command: list[str], given: str | None = None) -> str:
    """What a program prints, as one text."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        complaint = done.stderr.strip().splitlines()
        raise Refusal(f"{command[0]}: {complaint[-1] if complaint else 'failed'}")
    return done.stdout


def setting(name: str) -> str:
    """A parameter of the live configuration."""
    return output(["postconf", "-h", name]).strip()


def wake_pickup() -> None:
    """Has Postfix read maildrop now; it does so within a minute anyway, so a failure does no harm."""
    quiet = subprocess.DEVNULL
    with contextlib.suppress(subprocess.TimeoutExpired):
        for _ in range(5):
            kick = subprocess.Popen(["postkick", "public", "pickup", "W"], stdin=quiet, stdout=quiet, stderr=quiet)
            # It ends once pickup has read all of maildrop, which can take minutes: then it is left to that.
            if kick.wait(timeout=0.1) == 0:
                return
            time.sleep(0.2)


def note_deploy() -> None:
    """For commands that only read: says when what they show may be half-way through a deploy."""
    if is_deploying():
        note("a deploy is at work on this host; what is shown may be about to change")


@contextlib.contextmanager
def exclusively() -> Iterator[None]:
    """For commands that change something: never while a deploy does."""
    descriptor = lock.opened("deploy")
    end = time.monotonic() + PATIENCE
    waiting = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > end:
                os.close(descriptor)
                busy = "a deploy is at work on this host; nothing was changed, try again when it has ended"
                raise Refusal(busy) from None
            if not waiting:
                note(f"a deploy is at work on this host, waiting up to {PATIENCE} seconds for it")
                waiting = True
            time.sleep(0.2)
    changing.append(True)
    try:
        yield
    finally:
        changing.pop()
        os.close(descriptor)
