"""Says once when something goes wrong, and once when it is over: to a webhook, to a mail address, or to both."""

from __future__ import annotations

import http.client
import json
import smtplib
import socket
import time
import urllib.request
from email.utils import formatdate
from typing import Any, Dict

from lib import smtp
from lib.lock import is_deploying

# How much of the log counts as one burst, in seconds.
WINDOW = 600
PATIENCE = 10
# Longer than Postfix waits there for a signer that does not answer.
MAIL_PATIENCE = 30
# Postfix's listener for alerts, which asks no other service; in a folder that only Postfix and root may enter.
LISTENER = "/var/spool/postfix/private/alerts"
# Mails that wait until Postfix takes them, at most.
WAITING = 100

Object = Dict[str, Any]


def tell(config: Object, state: Object, seen: Object, fresh: dict[str, int]) -> None:
    """Compares what is wrong now with what was reported; the next run tries again what could not be."""
    now = int(time.time())
    recent = window(state, fresh, now)
    # A deploy starts and restarts what runs here, Postfix for the first time too, and ends with a verdict.
    if is_deploying():
        return
    wrong = conditions(config["alerts"], recent, seen, now)
    for place in ("webhook", "mail"):
        if not config["alerts"].get(place):
            continue
        reported = state.setdefault("told", {}).setdefault(place, {})
        for name in sorted({*wrong, *reported}):
            if name in wrong and name not in reported:
                if not say(config, state, place, name, "firing", wrong[name], now):
                    break
                reported[name] = now
            elif name not in {*wrong, *unseen(seen)}:
                if not say(config, state, place, name, "resolved", "", reported[name]):
                    break
                del reported[name]
    send_waiting(config, state)


def window(state: Object, fresh: dict[str, int], now: int) -> dict[str, int]:
    """The counts of the last minutes, one entry for each run."""
    recent = [entry for entry in state.get("recent", []) if entry[0] > now - WINDOW]
    recent.append([now, fresh])
    state["recent"] = recent
    sums: dict[str, int] = {}
    for _, counts in recent:
        for name, value in counts.items():
            sums[name] = sums.get(name, 0) + value
    return sums


def conditions(limits: Object, recent: dict[str, int], seen: Object, now: int) -> dict[str, str]:
    """What is wrong, each with a sentence for people."""
    wrong = {}
    queue = seen["queue"]
    if queue is not None:
        messages, age = queue["deferred"]["messages"], queue["deferred"]["oldestSeconds"] or 0
        if age > limits["deferredAge"]:
            wrong["deferred-age"] = (
                f"{messages} messages wait in the deferred queue, the oldest for {age // 60} minutes; "
                "`mail-relay queue deferred` tells why"
            )
    cut_off = sum(recent.get(f"deferrals {reason}", 0) for reason in ("timeout", "refused"))
    if cut_off > 0 and recent.get("deliveries sent", 0) == 0:
        wrong["egress-blocked"] = (
            f"{cut_off} delivery attempts in {WINDOW // 60} minutes reached no server and none succeeded; "
            "`mail-relay doctor` tries the ports"
        )
    failures = recent.get("login failures", 0)
    if failures >= limits["loginFailures"]:
        wrong["login-failures"] = f"{failures} logins were refused in {WINDOW // 60} minutes"
    if seen["certificate"] is not None:
        begins, ends = seen["certificate"]
        # Lifetimes differ and shrink, so the limit is a share of the lifetime and not a number of days.
        if ends - now < (ends - begins) * limits["certificateShare"]:
            wrong["certificate-ends"] = f"the certificate ends in {max(0, ends - now) // 86400} days"
    for unit, up in seen["services"].items():
        if not up:
            wrong[f"down-{unit}"] = down(unit, seen["silent"])
    return wrong


def down(unit: str, silent: dict[int, str]) -> str:
    if unit != "postfix" or not silent:
        return f"{unit} does not run"
    return "; ".join(f"port {port} gives no greeting: {problem}" for port, problem in silent.items())


def unseen(seen: Object) -> list[str]:
    """What cannot be judged now, and so is not over either."""
    return [name for name, key in (("deferred-age", "queue"), ("certificate-ends", "certificate")) if seen[key] is None]


def say(config: Object, state: Object, place: str, name: str, what: str, text: str, since: int) -> bool:
    message = {"host": config["host"], "alert": name, "state": what, "text": text, "since": since}
    if place == "webhook":
        return post(config["alerts"]["webhook"], message)
    # Told for certain, however late: a problem may be over before Postfix is back.
    state.setdefault("waiting", []).append({**message, "date": formatdate(localtime=True)})
    return True


def post(url: str, message: Object) -> bool:
    request = urllib.request.Request(
        url, json.dumps(message).encode(), {"Content-Type": "application/json", "User-Agent": "pulumi-mail-relay"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return bool(200 <= answer.status < 300)
    except (OSError, ValueError, http.client.HTTPException) as error:
        # The address may hold a token, so only the kind of failure is shown.
        print(f"the webhook was not reached: {type(error).__name__}")
        return False


def send_waiting(config: Object, state: Object) -> None:
    """In one session: a signer that does not answer is waited for once."""
    waiting = state.get("waiting", [])[-WAITING:]
    try:
        if waiting:
            with session(config["host"]) as client:
                while waiting:
                    client.sendmail(*mail(config, waiting[0]))
                    del waiting[0]
    except (OSError, smtplib.SMTPException) as error:
        print(f"Postfix did not take the mail: {smtp.describe_error(error)}")
    state["waiting"] = waiting


def session(host: str) -> smtp.Session:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(MAIL_PATIENCE)
    connection.connect(LISTENER)
    client = smtp.Session(connection, "localhost", host, MAIL_PATIENCE)
    client.ehlo()
    # The signer signs for addresses of this host's, and a socket has none.
    client.docmd("XCLIENT", "NAME=localhost ADDR=127.0.0.1")
    client.ehlo()
    return client


def mail(config: Object, message: Object) -> tuple[str, str, bytes]:
    sender, recipient = f"root@{config['host']}", config["alerts"]["mail"]
    text = (
        f"From: mail relay <{sender}>\nTo: {recipient}\nDate: {message['date']}\n"
        f"Subject: [{message['state']}] {message['alert']} on {config['host']}\nAuto-Submitted: auto-generated\n\n"
        f"{message['text'] or 'It is over.'}\n"
    )
    return sender, recipient, text.encode()
