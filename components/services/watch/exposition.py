"""What was seen as text in Prometheus' exposition format."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

PREFIX = "mail_relay_"
REASONS = ("timeout", "refused", "dns", "tls", "authentication", "lost", "answer", "other")
STATUSES = ("sent", "deferred", "bounced", "expired", "undeliverable")


def quoted(label: str) -> str:
    """A label's value as the format has it."""
    for character, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n")):
        label = label.replace(character, escape)
    return f'"{label}"'


def text(seen: dict[str, Any]) -> str:
    lines: list[str] = []

    def family(name: str, kind: str, help_text: str, samples: Iterable[tuple[dict[str, str], int]]) -> None:
        lines.append(f"# HELP {PREFIX}{name} {help_text}")
        lines.append(f"# TYPE {PREFIX}{name} {kind}")
        for labels, value in samples:
            inside = ",".join(f"{key}={quoted(label)}" for key, label in labels.items())
            lines.append(f"{PREFIX}{name}{{{inside}}} {value}" if inside else f"{PREFIX}{name} {value}")

    counters = seen["counters"]

    def counter(name: str) -> int:
        return int(counters.get(name, 0))

    if seen["queue"] is not None:
        queues = seen["queue"].items()
        sizes = [({"queue": name}, queue["messages"]) for name, queue in queues]
        family("queue_messages", "gauge", "Messages in Postfix's queues.", sizes)
        family(
            "queue_oldest_age_seconds",
            "gauge",
            "Age of the oldest message in a queue; 0 for an empty one.",
            [({"queue": name}, queue["oldestSeconds"] or 0) for name, queue in queues],
        )
    family(
        "deliveries_total",
        "counter",
        "Delivery attempts by their outcome, one for each recipient.",
        [({"status": status}, counter(f"deliveries {status}")) for status in STATUSES],
    )
    family(
        "deferrals_total",
        "counter",
        "Deferred delivery attempts by reason.",
        [({"reason": reason}, counter(f"deferrals {reason}")) for reason in REASONS],
    )
    family("sasl_logins_total", "counter", "Messages accepted from a login.", [({}, counter("logins"))])
    family("sasl_failures_total", "counter", "Logins refused.", [({}, counter("login failures"))])
    family("refusals_total", "counter", "Commands of clients that were refused.", [({}, counter("refusals"))])
    if seen["certificate"] is not None:
        begins, ends = seen["certificate"]
        family("certificate_begins_timestamp_seconds", "gauge", "When the served certificate began.", [({}, begins)])
        family("certificate_ends_timestamp_seconds", "gauge", "When the served certificate ends.", [({}, ends)])
    units = seen["services"].items()
    family("service_up", "gauge", "Whether a systemd unit runs.", [({"unit": unit}, int(up)) for unit, up in units])
    family("watched_timestamp_seconds", "gauge", "When this was written.", [({}, int(time.time()))])
    return "\n".join(lines) + "\n"
