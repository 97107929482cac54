#!/usr/bin/env python3
"""Watches the relay, and tells those who asked for it: metrics for node_exporter's textfile collector, and alerts.

Run once a minute by mail-relay-watch.timer, as root. Reads its configuration from the file it is given, keeps counters
and the place it has read the log to in /var/lib/mail-relay-watch, and needs nothing but Python's standard library.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import alerts
import exposition
from lib import listeners, postfix, queues, x509
from lib.journal import postfix_lines
from lib.logline import event
from lib.process import output_of, succeeds

STATE = "/var/lib/mail-relay-watch/state.json"
CERTIFICATE = "/etc/postfix/tls/relay.pem"
# A log that was not read for long is not read from its beginning, so that one run stays short.
LONGEST_GAP = "1 hour ago"

COUNTED = {"login failure": "login failures", "refusal": "refusals"}
# How Postfix begins what it says itself; a server's words come later, and may be anything.
REASONS = (
    ("timeout", r"connect to \S+: (?:Connection|Operation) timed out|conversation with \S+ timed out"),
    ("refused", r"connect to \S+: (?:Connection refused|No route to host|Network is unreachable)"),
    ("dns", r"Host or domain name not found|unable to look up host"),
    ("tls", r"TLS |TLSA |Cannot start TLS|(?:Server )?[Cc]ertificate "),
    ("authentication", r"SASL authentication failed"),
    ("lost", r"lost connection with "),
    ("answer", r"host \S+ (?:said|refused to talk to me): "),
)
PATTERNS = [(name, re.compile(f"(?:delivery temporarily suspended: )?(?:{text})", re.I)) for name, text in REASONS]


def reason_of(text: str) -> str:
    return next((name for name, pattern in PATTERNS if pattern.match(text)), "other")


def load_state() -> dict[str, Any]:
    """What earlier runs have kept; a damaged file is as good as none."""
    try:
        with open(STATE, encoding="utf-8") as file:
            state = json.load(file)
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def save_state(state: dict[str, Any]) -> None:
    write(STATE, json.dumps(state), 0o600)


def write(path: str, text: str, mode: int) -> None:
    """Replaces a file in one rename: the collector never reads half of one."""
    descriptor = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def read_log(state: dict[str, Any]) -> dict[str, int]:
    """Adds what the mail log says since the last run to the counters; returns the counts of this run alone."""
    if "cursor" in state:
        where = ["--after-cursor", state["cursor"]]
    else:
        where = ["--since", LONGEST_GAP if "counters" in state else "now"]
    command = ["journalctl", "-q", "-o", "json", "--output-fields=MESSAGE,SYSLOG_IDENTIFIER", *postfix_lines(), *where]
    fresh: dict[str, int] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as log:
        for line in log.stdout or ():
            entry = json.loads(line)
            state["cursor"] = entry["__CURSOR"]
            message = entry.get("MESSAGE")
            if isinstance(message, str):
                count(fresh, entry.get("SYSLOG_IDENTIFIER", ""), message)
    if log.returncode != 0:
        # The journal was cleared, and the cursor with it.
        state.pop("cursor", None)
    elif "cursor" not in state:
        state["cursor"] = last_cursor()
    counters = state.setdefault("counters", {})
    for name, value in fresh.items():
        counters[name] = counters.get(name, 0) + value
    return fresh


def last_cursor() -> str:
    entry = output_of("journalctl", "-q", "-o", "json", "-n", "1", "--output-fields=MESSAGE")
    return str(json.loads(entry)["__CURSOR"]) if entry else ""


def count(fresh: dict[str, int], program: str, message: str) -> None:
    def one(name: str) -> None:
        fresh[name] = fresh.get(name, 0) + 1

    found = event(program, message)
    if found is None:
        return
    if found.kind == "attempt":
        status = found.fields["status"]
        one(f"deliveries {status}")
        if status == "deferred":
            one(f"deferrals {reason_of(found.fields['reason'] or '')}")
    elif found.kind == "arrival" and found.fields["login"]:
        one("logins")
    elif found.kind in COUNTED:
        one(COUNTED[found.kind])


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        config = json.load(file)
    state = load_state()
    fresh = read_log(state)
    sizes, problem = queues.sizes()
    units = {unit: succeeds("systemctl", "--quiet", "is-active", unit) for unit in config["units"]}
    running = postfix.is_running()
    silent = listeners.silent() if running else {}
    seen = {
        # Nothing where it cannot be read.
        "queue": None if problem else sizes,
        "certificate": x509.lifetime(x509.show("-in", CERTIFICATE, "-dates")),
        "services": {"postfix": running and not silent, **units},
        "silent": {listener.port: problem for listener, problem in silent.items()},
        "counters": state["counters"],
    }
    if config.get("metrics"):
        write(config["metrics"], exposition.text(seen), 0o644)
    if config.get("alerts"):
        alerts.tell(config, state, seen, fresh)
    save_state(state)


if __name__ == "__main__":
    main()
