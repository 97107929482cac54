"""What Postfix complained of in its log lately, alike ones together.

Takes {"minutes": number}.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Any

import deploy
from lib.installed import RECORDS
from lib.logline import severity
from maillog import Entry, entries

# `postfix check` is asked for what it says now.
SCRIPT = "postfix/postfix-script"
# What clients and the world cause.
EXPECTED = re.compile(
    r"SASL (?:.* authentication (?:failed|aborted)|authentication failure)|ignored: no SASL support"
    r"|does not resolve to address|non-SMTP command"
    r"|[Ii]llegal address syntax|TLS library problem|numeric (?:hostname|domain)|malformed domain"
    r"|valid_(?:hostname|ipv[46]_hostaddr)"
    r"|address not listed for hostname|Connection (?:rate|concurrency) limit exceeded|too many errors|network_biopair"
)
# A warning of smtpd that names the client is about what that client did; its text comes later. So is what smtpd says of
# a flood on its socket.
OF_CLIENT = re.compile(
    r"(?:\w+: )?(?:[^\s\[\]]+\[[\w.:]+\]: |reject: |malformed BDAT )|disabling input from \S+ socket$"
)
MOST = 20
NUMBERS = re.compile(r"\b[0-9A-F]{8,}\b|\d+")


def complaint(program: str, message: str) -> tuple[str, str] | None:
    """Severity and text; None for what a healthy relay logs too."""
    found = severity(message)
    if not found:
        return None
    text = message[len(f"{found}: ") :]
    of_client = program.endswith("/smtpd") and OF_CLIENT.match(text)
    return None if found == "warning" and (of_client or EXPECTED.search(message)) else (found, text)


def gather(log: Iterable[Entry]) -> list[dict[str, Any]]:
    """Alike complaints as one: how often, by whom, and the last one's time and words."""
    alike: dict[tuple[str, ...], dict[str, Any]] = {}
    for entry in log:
        found = None if entry.program == SCRIPT else complaint(entry.program, entry.text)
        if not found:
            continue
        grade, text = found
        key = (grade, entry.program, NUMBERS.sub("#", text))
        group = alike.setdefault(key, {"severity": grade, "service": entry.program, "count": 0})
        group.update(count=group["count"] + 1, text=text[:300], time=int(entry.time))
    return sorted(alike.values(), key=lambda group: -int(group["count"]))


def inspect(args: dict[str, Any]) -> dict[str, Any]:
    # While a deploy is at work Postfix may miss what is not there yet; it ends with a proof.
    deployed = deploy.changed(f"{RECORDS}/installed.files") or 0
    found = gather(entries(max(deployed, time.time() - args["minutes"] * 60)))
    return {"complaints": found[:MOST], "more": max(0, len(found) - MOST)}
