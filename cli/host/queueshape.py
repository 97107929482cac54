"""The shape of the queue as Postfix's qshape draws it: for each domain, how long how many recipients have waited."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from mailqueue import NULL_SENDER, Filter, messages
from relayhost import note_deploy

# Upper ends of the columns in minutes, each twice the one before; the last column has none.
MINUTES = [5 * 2**power for power in range(9)]
MOST_DOMAINS = 50


def column(minutes: float) -> int:
    return next((index for index, end in enumerate(MINUTES) if minutes < end), len(MINUTES))


def domain(address: str) -> str:
    return NULL_SENDER if address == NULL_SENDER else address.rpartition("@")[2].lower()


def main(args: dict[str, Any]) -> Iterator[Any]:
    note_deploy()
    chosen = Filter(args["filter"])
    total = [0] * (len(MINUTES) + 1)
    domains: dict[str, list[int]] = {}
    now = time.time()
    for message in messages():
        if not chosen.fits(message):
            continue
        at = column(max(0, now - message["arrival_time"]) // 60)
        by_sender = args["by"] == "sender"
        for address in [message["sender"]] if by_sender else [one["address"] for one in message["recipients"]]:
            total[at] += 1
            domains.setdefault(domain(address), [0] * len(total))[at] += 1
    longest = sorted(domains.items(), key=lambda item: (-sum(item[1]), item[0]))
    yield {
        "minutes": MINUTES,
        "total": total,
        "domain_count": len(domains),
        "domains": [{"domain": name, "counts": counts} for name, counts in longest[:MOST_DOMAINS]],
    }
