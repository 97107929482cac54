"""Who sends most, where it goes, and what holds it up: counts from the log of the last while."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from maillog import entries, status_of
from relayhost import note_deploy

QUEUED = re.compile(r"^([0-9A-Za-z]+): from=<(.*?)>, size=(\d+), nrcpt=\d+ \(queue active\)")
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
    seen: set[str] = set()
    for entry in entries(time.time() - args["since"]):
        queued = QUEUED.match(entry.text)
        # A deferred message becomes active again and again.
        if queued and queued[1] not in seen:
            seen.add(queued[1])
            messages[queued[2]] += 1
            sizes[queued[2]] += int(queued[3])
            continue
        status = status_of(entry.text)
        if status:
            domain = status["recipient"].rpartition("@")[2].lower()
            destinations.setdefault(domain, Counter())[status["status"]] += 1
            if status["status"] == "deferred":
                reasons[kind_of(status["reason"] or "")] += 1
    limit = args["limit"]
    largest = sorted(destinations.items(), key=lambda item: (-sum(item[1].values()), item[0]))[:limit]
    yield {
        "senders": [{"sender": name, "messages": n, "size": sizes[name]} for name, n in messages.most_common(limit)],
        "destinations": [{"domain": name, "attempts": sum(counts.values()), **counts} for name, counts in largest],
        "reasons": [{"reason": reason, "deferrals": n} for reason, n in reasons.most_common(limit)],
    }
