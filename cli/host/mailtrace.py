"""The life of a message from the log: how it came, what was tried, and how it ended."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

from maillog import QUEUE_ID, Entry, files, journal, status_of
from relayhost import note_deploy

MESSAGE_ID = re.compile(r"^([0-9A-Za-z]+): message-id=<?(.*?)>?$")
# A requeued message and a bounce have new ids; the log tells how they follow from the old ones.
REQUEUED = re.compile(r"^([0-9A-Za-z]+): .*\borig_id=([0-9A-Za-z]+)")
NOTIFIED = re.compile(r"^([0-9A-Za-z]+): .*notification: ([0-9A-Za-z]+)$")
CAME = re.compile(r"client=(?P<client>[^,]+)(?:.*sasl_username=(?P<login>[^,]+))?")
QUEUED = re.compile(r"from=<(?P<sender>.*?)>, size=(?P<size>\d+), nrcpt=(?P<recipients>\d+)")


def main(args: dict[str, Any]) -> Iterator[Any]:
    note_deploy()
    since = time.time() - args["since"]
    sought = args["id"].strip("<>")
    ids: set[str] = set()
    events: list[dict[str, Any]] = []
    for log in (journal, files):
        ids = ids_of(sought, log(since)) if "@" in sought else {sought}
        events = list(life(ids, log(since)))
        if events:
            break
    yield story(ids, events)


def ids_of(message_id: str, log: Iterable[Entry]) -> set[str]:
    """The queue ids a Message-ID had; more than one when it was sent more than once."""
    found = (MESSAGE_ID.match(entry.text) for entry in log if "message-id=" in entry.text)
    return {match[1] for match in found if match and match[2] == message_id}


def life(ids: set[str], log: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    """All lines of these messages, and of those that come of them, which adds to the ids."""
    for entry in log:
        named = QUEUE_ID.match(entry.text)
        if not named:
            continue
        requeued = REQUEUED.match(entry.text)
        if requeued and requeued[2] in ids:
            ids.add(requeued[1])
        if named[1] not in ids:
            continue
        notified = NOTIFIED.match(entry.text)
        if notified:
            ids.add(notified[2])
        yield {"time": entry.time, "program": entry.program, "id": named[1], "text": entry.text[named.end() :]}


def story(ids: set[str], events: list[dict[str, Any]]) -> dict[str, Any]:
    """The lines, and what people want to know of them: who sent it, and the last word on each recipient."""
    about: dict[str, Any] = {}
    recipients: dict[tuple[str, str], dict[str, Any]] = {}
    for event in events:
        text = f"{event['id']}: {event['text']}"
        requeued = REQUEUED.match(text)
        if requeued:
            # The last word on the old id was not the last one on the message.
            recipients = {key: value for key, value in recipients.items() if key[0] != requeued[2]}
        status = status_of(text)
        if status:
            recipients[(event["id"], status["recipient"])] = {"id": event["id"], "time": event["time"], **status}
        named = MESSAGE_ID.match(text)
        if named:
            about.setdefault("message_id", named[2])
        for pattern in (CAME, QUEUED):
            found = pattern.match(event["text"])
            for key, value in (found.groupdict() if found else {}).items():
                about.setdefault(key, value)
    return {"ids": sorted(ids), "about": about, "recipients": list(recipients.values()), "events": events}
