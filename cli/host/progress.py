"""Tells people how far long work has come, once it has taken some seconds."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from relayhost import note

SECONDS = 5

Item = TypeVar("Item")


def told(items: Iterable[Item], done: str, total: int | None = None) -> Iterator[Item]:
    """Passes items on, and says every few seconds how many messages are done so far."""
    due = time.monotonic() + SECONDS
    of_all = "" if total is None else f" of {total}"
    for number, item in enumerate(items):
        if time.monotonic() >= due:
            note(f"{number}{of_all} messages {done} so far")
            due = time.monotonic() + SECONDS
        yield item
