"""Prints what differs from what the last deploy left on the host, one thing a line."""

from __future__ import annotations

from lib import values
from lib.differences import Difference, differences


def sentences(difference: Difference) -> list[str]:
    path, aspect, present = difference["path"], difference["aspect"], difference.get("present", "")
    if aspect == "service":
        enabled, runs = present.split(", ")
        told = [] if enabled in ("enabled", "static") else [f"{path} is {enabled}"]
        return told if runs == "runs" else [*told, f"{path} {runs}"]
    if aspect == "listener":
        return [f"{path} gives no greeting: {present}"]
    details = [
        *([f"{present} instead of {difference['installed']}"] if aspect in ("mode", "link") else []),
        *map(values.describe, difference.get("values", [])),
        *(f"{word} {', '.join(difference[word])}" for word in ("added", "removed") if difference.get(word)),
    ]
    return [f"{path} {aspect}: {'; '.join(details)}" if details else f"{path} {aspect}"]


for one in differences():
    print(*sentences(one), sep="\n")
