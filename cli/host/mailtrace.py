"""The life of a message from the log: how it came, what was tried, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from lib import logline
from maillog import Entry, attempt, files, journal
from relayhost import note_deploy

# What lines of these kinds tell of a message as a whole.
ABOUT = {"arrival": ("client", "login"), "queued": ("sender", "size", "recipients"), "message-id": ("message_id",)}


def main(args: dict[str, Any]) -> Iterator[Any]:
    note_deploy()
    since = time.time() - args["since"]
    sought = args["id"].strip("<>")
    ids: set[str] = set()
    lines: list[Entry] = []
    for log in (journal, files):
        ids = ids_of(sought, log(since)) if "@" in sought else {sought}
        lines = list(life(ids, log(since)))
        if lines:
            break
    yield story(ids, lines)


def ids_of(message_id: str, log: Iterable[Entry]) -> set[str]:
    """The queue ids a Message-ID had; more than one when it was sent more than once."""
    events = (entry.event() for entry in log if "message-id=" in entry.text)
    return {
        event.queue_id
        for event in events
        if event and event.queue_id and bare(event.fields.get("message_id")) == message_id
    }


def bare(message_id: str | None) -> str | None:
    """A Message-ID without its brackets."""
    return message_id and message_id.strip("<>")


def life(ids: set[str], log: Iterable[Entry]) -> Iterator[Entry]:
    """All lines of these messages, and of those that come of them, which adds to the ids."""
    for entry in log:
        named = logline.queue_id(entry.text)
        if named is None:
            continue
        event = entry.event()
        fields = event.fields if event else {}
        # A requeued message and a bounce have new ids; the log tells how they follow from the old ones.
        if fields.get("original") in ids:
            ids.add(named)
        if named not in ids:
            continue
        notification = fields.get("notification")
        if notification:
            ids.add(notification)
        yield entry


def story(ids: set[str], entries: Iterable[Entry]) -> dict[str, Any]:
    """The lines, and what people want to know of them: who sent it, and the last word on each recipient."""
    about: dict[str, Any] = {}
    recipients: dict[tuple[str, str], dict[str, Any]] = {}
    lines = []
    for entry in entries:
        queue_id = logline.queue_id(entry.text) or ""
        lines.append({**entry._asdict(), "id": queue_id, "text": entry.text[len(queue_id) + 2 :]})
        event = entry.event()
        if event is None:
            continue
        if event.kind == "requeued":
            # The last word on the old id was not the last one on the message.
            recipients = {key: value for key, value in recipients.items() if key[0] != event.fields["original"]}
        status = attempt(entry)
        if status:
            recipients[(queue_id, status["recipient"])] = {"id": queue_id, "time": entry.time, **status}
        for key in ABOUT.get(event.kind, ()):
            value = event.fields[key]
            about.setdefault(key, bare(value) if key == "message_id" else value)
    return {"ids": sorted(ids), "about": about, "recipients": list(recipients.values()), "events": lines}
