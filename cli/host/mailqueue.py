"""Looks into Postfix's queue: lists what fits a filter, oldest first, in memory that does not grow with the queue."""

from __future__ import annotations

import fnmatch
import heapq
import json
import time
from collections.abc import Iterable, Iterator
from typing import Any, Dict

from progress import told
from relayhost import lines, note_deploy

# A message to thousands tells enough with these.
MOST_RECIPIENTS = 50
NULL_SENDER = "MAILER-DAEMON"

Message = Dict[str, Any]


def messages() -> Iterator[Message]:
    """Every message of the queue, as `postqueue -j` tells it."""
    for line in told(lines(["postqueue", "-j"]), "read"):
        yield json.loads(line)


class Filter:
    """What messages are chosen by; all that is given must fit."""

    def __init__(self, wanted: dict[str, Any], now: float | None = None) -> None:
        self.queue = wanted.get("queue")
        self.ids = set(wanted["ids"]) if wanted.get("ids") else None
        self.sender = pattern(wanted.get("sender"))
        self.recipient = pattern(wanted.get("recipient"))
        self.reason = (wanted.get("reason") or "").lower()
        self.larger_than = wanted.get("largerThan")
        older_than = wanted.get("olderThan")
        self.before = None if older_than is None else (now or time.time()) - older_than

    def fits(self, message: Message) -> bool:
        recipients = message["recipients"]
        return (
            (self.queue is None or message["queue_name"] == self.queue)
            and (self.ids is None or message["queue_id"] in self.ids)
            and (self.before is None or message["arrival_time"] < self.before)
            and (self.larger_than is None or message["message_size"] > self.larger_than)
            and (self.sender is None or fnmatch.fnmatchcase(message["sender"].lower(), self.sender))
            and (
                self.recipient is None
                or any(fnmatch.fnmatchcase(one["address"].lower(), self.recipient) for one in recipients)
            )
            and (not self.reason or any(self.reason in one.get("delay_reason", "").lower() for one in recipients))
        )


def pattern(given: str | None) -> str | None:
    """An address, @domain or pattern as one for fnmatch; only * and ? mean something, as in a shell."""
    if given is None:
        return None
    if given == "<>":
        return NULL_SENDER.lower()
    text = given.lower().replace("[", "[[]")
    return "*" + text if text.startswith("@") else text


def oldest(found: Iterable[Message], limit: int) -> dict[str, Any]:
    """The oldest messages up to a limit as people see them, and how many there are in all, with their size."""
    seen = {"count": 0, "size": 0}

    def counted() -> Iterator[tuple[float, str, int, Message]]:
        for message in found:
            seen["count"] += 1
            seen["size"] += message["message_size"]
            yield message["arrival_time"], message["queue_id"], seen["count"], message

    kept = heapq.nsmallest(limit, counted())
    return {**seen, "messages": [shown(message) for *_, message in kept]}


def shown(message: Message) -> Message:
    """A message with no more recipients than people read."""
    recipients = message["recipients"]
    return {**message, "recipients": recipients[:MOST_RECIPIENTS], "recipient_count": len(recipients)}


def main(args: dict[str, Any]) -> Iterator[Any]:
    note_deploy()
    chosen = Filter(args["filter"])
    yield oldest((message for message in messages() if chosen.fits(message)), args["limit"])
