"""What the last deploy left: when, which generation, and what it proved."""

import fcntl
import json
import os

RECORDS = "/var/lib/mail-relay"
GENERATIONS = "/etc/postfix/generations"


def changed(path):
    try:
        return int(os.stat(path).st_mtime)
    except OSError:
        return None


def proof():
    try:
        with open(f"{RECORDS}/proof.json", encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def at_work():
    """Whether a deploy holds the lock now."""
    try:
        with open("/run/lock/mail-relay.lock", "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def look(_args):
    try:
        generation = os.readlink(f"{GENERATIONS}/current")
    except OSError:
        generation = None
    return {
        "generation": generation,
        "deployed": changed(f"{RECORDS}/installed.files"),
        "usersChanged": changed(f"{RECORDS}/installed.users"),
        "proof": proof(),
        "atWork": at_work(),
        # Left behind only where a deploy was cut off between the switch and its smoke test.
        "halfWay": os.path.lexists(f"{GENERATIONS}/proven.before-swap") and not at_work(),
    }
