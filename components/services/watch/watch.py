#!/usr/bin/env python3
"""Looks at the relay, and tells those who asked for it: metrics for node_exporter's textfile collector, and alerts.

Run once a minute by mail-relay-watch.timer, as root. Reads its configuration from the file it is given, keeps counters
and the place it has read the log to in /var/lib/mail-relay-watch, and needs nothing but Python's standard library.
"""

import calendar
import json
import os
import re
import subprocess
import sys
import time

import alerts
import exposition

STATE = "/var/lib/mail-relay-watch/state.json"
CERTIFICATE = "/etc/postfix/tls/relay.pem"
QUEUES = ("active", "deferred", "hold", "incoming", "maildrop")
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


def reason_of(text):
    return next((name for name, pattern in REASONS if pattern.search(text)), "other")


def load_state():
    """What earlier runs have kept; a damaged file is as good as none."""
    try:
        with open(STATE, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def save_state(state):
    write(STATE, json.dumps(state), 0o600)


def write(path, text, mode):
    """Replaces a file in one rename: the collector never reads half of one."""
    descriptor = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def queue():
    """Messages and the age of the oldest in seconds, by queue; None while Postfix does not tell."""
    listing = subprocess.Popen(["postqueue", "-j"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    counts = dict.fromkeys(QUEUES, 0)
    oldest = {}
    for line in listing.stdout:
        message = json.loads(line.decode(errors="replace"))
        name = message["queue_name"]
        counts[name] = counts.get(name, 0) + 1
        oldest[name] = min(oldest.get(name, message["arrival_time"]), message["arrival_time"])
    if listing.wait() != 0:
        return None
    now = time.time()
    return {name: (count, max(0, int(now - oldest.get(name, now)))) for name, count in counts.items()}


def read_log(state):
    """Adds what the mail log says since the last run to the counters; returns the counts of this run alone."""
    if "cursor" in state:
        where = ["--after-cursor", state["cursor"]]
    else:
        where = ["--since", LONGEST_GAP if "counters" in state else "now"]
    command = ["journalctl", "-q", "-o", "json", "--output-fields=MESSAGE", f"SYSLOG_FACILITY={MAIL_FACILITY}", *where]
    log = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    fresh = {}
    for line in log.stdout:
        entry = json.loads(line)
        state["cursor"] = entry["__CURSOR"]
        message = entry.get("MESSAGE")
        if isinstance(message, str):
            count(fresh, message)
    if log.wait() != 0:
        # The journal was cleared, and the cursor with it.
        state.pop("cursor", None)
    elif "cursor" not in state:
        state["cursor"] = last_cursor()
    counters = state.setdefault("counters", {})
    for name, value in fresh.items():
        counters[name] = counters.get(name, 0) + value
    return fresh


def last_cursor():
    command = ["journalctl", "-q", "-o", "json", "-n", "1", "--output-fields=MESSAGE"]
    entry = subprocess.run(command, capture_output=True, check=False).stdout
    return json.loads(entry)["__CURSOR"] if entry else ""


def count(fresh, message):
    def one(name):
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


def certificate():
    """When the served certificate starts and ends, in seconds since 1970; None where it cannot be read."""
    command = ["openssl", "x509", "-in", CERTIFICATE, "-noout", "-dates", "-dateopt", "iso_8601"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode != 0:
        # Debian 11's openssl knows no -dateopt.
        found = subprocess.run(command[:-2], capture_output=True, text=True, check=False)
    dates = dict(line.split("=", 1) for line in found.stdout.splitlines() if "=" in line)
    try:
        return tuple(seconds(dates[name]) for name in ("notBefore", "notAfter"))
    except (KeyError, ValueError):
        return None


def seconds(date):
    for form in ("%Y-%m-%d %H:%M:%SZ", "%b %d %H:%M:%S %Y GMT"):
        try:
            return calendar.timegm(time.strptime(date, form))
        except ValueError:
            continue
    raise ValueError(date)


def running(units):
    """Which of the services run."""
    return {"postfix": postfix_runs(), **{unit: is_active(unit) for unit in units}}


def is_active(unit):
    return subprocess.run(["systemctl", "--quiet", "is-active", unit], check=False).returncode == 0


def postfix_runs():
    """Asked of its master: on most releases the unit `postfix` says active whatever became of it."""
    daemons = subprocess.run(["postconf", "-h", "daemon_directory"], capture_output=True, text=True, check=False)
    test = [f"{daemons.stdout.strip()}/master", "-t"]
    return subprocess.run(test, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode != 0


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        config = json.load(file)
    state = load_state()
    fresh = read_log(state)
    seen = {
        "queue": queue(),
        "certificate": certificate(),
        "services": running(config["units"]),
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
