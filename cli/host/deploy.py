"""What the last deploy left: when, which generation, and what it proved."""

from __future__ import annotations

import json
import os
from typing import Any

from lib.installed import GENERATIONS, RECORDS
from lib.lock import is_deploying


def changed(path: str) -> int | None:
    try:
        return int(os.stat(path).st_mtime)
    except OSError:
        return None


def proof() -> Any:
    try:
        with open(f"{RECORDS}/proof.json", encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def inspect(_args: dict[str, Any]) -> dict[str, Any]:
    at_work = is_deploying()
    generation: str | None
    try:
        generation = os.readlink(f"{GENERATIONS}/current")
    except OSError:
        generation = None
    return {
        "generation": generation,
        "deployed": changed(f"{RECORDS}/installed.files"),
        "usersChanged": changed(f"{RECORDS}/installed.users"),
        "proof": proof(),
        "atWork": at_work,
        # Left behind only where a deploy was cut off between the switch and its smoke test.
        "halfWay": os.path.lexists(f"{GENERATIONS}/proven.before-swap") and not at_work,
    }
