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
from lib import postfix, queues, x509
from lib.process import output_of, succeeds

STATE = "/var/lib/mail-relay-watch/state.json"
CERTIFICATE = "/etc/postfix/tls/relay.pem"
MAIL_FACILITY = "2"
# A log that was not read for long is not read from its beginning, so that one run stays short.
LONGEST_GAP = "1 hour ago"

STATUS = re.compile(r"^[0-9A-Za-z]+: to=<.* status=(sent|deferred|bounced|expired|undeliverable)\b ?(.*)$")
LOGIN_FAILED = re.compile(r"SASL \S+ authentication failed")
LOGGED_IN = re.compile(r"^[0-9A-Za-z]+: client=.*sasl_username=")
REFUSED = re.compile(r"^NOQUEUE: reject: ")

# In this order; the first that fits names the reason.
REASONS = (
    ("timeout", re.compile(r"timed out")),
    ("refused", re.compile(r"Connection refused|No route to host|Network is unreachable")),
    ("dns", re.compile(r"Host or domain name not found|name service error")),
    ("tls", re.compile(r"TLS|[Cc]ertificate")),
    ("authentication", re.compile(r"SASL authentication failed|authentication required", re.I)),
    ("lost", re.compile(r"lost connection")),
    ("answer", re.compile(r"said: 4\d\d")),
)


def reason_of(text: str) -> str:
    return next((name for name, pattern in REASONS if pattern.search(text)), "other")


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
    command = ["journalctl", "-q", "-o", "json", "--output-fields=MESSAGE", f"SYSLOG_FACILITY={MAIL_FACILITY}", *where]
    fresh: dict[str, int] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as log:
        for line in log.stdout or ():
            entry = json.loads(line)
            state["cursor"] = entry["__CURSOR"]
            message = entry.get("MESSAGE")
            if isinstance(message, str):
                count(fresh, message)
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


def count(fresh: dict[str, int], message: str) -> None:
    def one(name: str) -> None:
        fresh[name] = fresh.get(name, 0) + 1

    status = STATUS.match(message)
    if status:
        one(f"deliveries {status[1]}")
        if status[1] == "deferred":
            one(f"deferrals {reason_of(status[2])}")
    elif LOGIN_FAILED.search(message):
        one("login failures")
    elif LOGGED_IN.match(message):
        one("logins")
    elif REFUSED.match(message):
        one("refusals")


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        config = json.load(file)
    state = load_state()
    fresh = read_log(state)
    sizes, problem = queues.sizes()
    units = {unit: succeeds("systemctl", "--quiet", "is-active", unit) for unit in config["units"]}
    seen = {
        # Nothing where it cannot be read.
        "queue": None if problem else sizes,
        "certificate": x509.lifetime(x509.show("-in", CERTIFICATE, "-dates")),
        "services": {"postfix": postfix.is_running(), **units},
        "counters": state["counters"],
    }
    if config.get("metrics"):
        # The collector's package makes it, and may come later than the relay.
        os.makedirs(os.path.dirname(config["metrics"]), 0o755, exist_ok=True)
        write(config["metrics"], exposition.text(seen), 0o644)
    if config.get("alerts"):
        alerts.tell(config, state, seen, fresh)
    save_state(state)


if __name__ == "__main__":
    main()
