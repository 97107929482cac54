"""The lock that each step of a deploy holds while it works (take_lock in lib.sh)."""

from __future__ import annotations

import fcntl

LOCK = "/run/lock/mail-relay.lock"


def is_deploying() -> bool:
    try:
        with open(LOCK, encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        # Before the first deploy, or with no right to read the lock.
        return False
    return False
