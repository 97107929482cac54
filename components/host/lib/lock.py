"""Locks between the relay's programs. Each step of a deploy holds `deploy` while it works (take_lock in lib.sh)."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

# Root's alone: in /run/lock any local user could make a lock first, and hold it for ever.
FOLDER = "/run/mail-relay"


def opened(name: str) -> int:
    """A descriptor to lock by."""
    os.makedirs(FOLDER, 0o700, exist_ok=True)
    return os.open(f"{FOLDER}/{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)


@contextlib.contextmanager
def held(name: str) -> Iterator[None]:
    """Waits for the lock, and holds it to the end of the block."""
    descriptor = opened(name)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def is_deploying() -> bool:
    try:
        with open(f"{FOLDER}/deploy.lock", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        # Before the first deploy, or with no right to read the lock.
        return False
    return False
