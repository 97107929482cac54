"""Who sends most, where it goes, and what holds it up: counts from the log of the last while."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from maillog import entries
from relayhost import note_deploy

# What differs between two deferrals for the same reason.
PARTICULAR = (
    (re.compile(r"<[^<> ]*@[^<> ]*>"), "<...>"),
    (re.compile(r"\[[0-9A-Fa-f.:]+\](:\d+)?"), ""),
    (re.compile(r"\s+"), " "),
)
LONGEST_REASON = 160


def kind_of(reason: str) -> str:
    for pattern, instead in PARTICULAR:
        reason = pattern.sub(instead, reason)
    return reason.strip()[:LONGEST_REASON]


def main(args: dict[str, Any]) -> Iterator[Any]:
    note_deploy()
    messages: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    destinations: dict[str, Counter[str]] = {}
    seen: set[str | None] = set()
    for entry in entries(time.time() - args["since"]):
        event = entry.event()
        if event is None:
            continue
        fields = {name: value or "" for name, value in event.fields.items()}
        # A deferred message becomes active again and again.
        if event.kind == "queued" and event.queue_id not in seen:
            seen.add(event.queue_id)
            messages[fields["sender"]] += 1
            sizes[fields["sender"]] += int(fields["size"])
        elif event.kind == "attempt":
            domain = fields["recipient"].rpartition("@")[2].lower()
            destinations.setdefault(domain, Counter())[fields["status"]] += 1
            if fields["status"] == "deferred":
                reasons[kind_of(fields["reason"])] += 1
    limit = args["limit"]
    largest = sorted(destinations.items(), key=lambda item: (-sum(item[1].values()), item[0]))[:limit]
    yield {
        "senders": [{"sender": name, "messages": n, "size": sizes[name]} for name, n in messages.most_common(limit)],
        "destinations": [{"domain": name, "attempts": sum(counts.values()), **counts} for name, counts in largest],
        "reasons": [{"reason": reason, "deferrals": n} for reason, n in reasons.most_common(limit)],
    }
