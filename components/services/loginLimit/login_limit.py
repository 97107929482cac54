"""Postfix policy service: how many recipients a login may still send to within an hour.

Run as `login_limit.py CONFIG` with a listening socket from systemd. The configuration (JSON) says how many are allowed
(`perHour`, and other numbers for some `logins`; 0 is no limit), the `realm` and the `alsoRealms`: a client may log in
with one of them or none, and is the same login. A client without a login is not counted.

Asked at DATA, when the number of recipients is known. What is refused there does not count, so that a client that comes
again later gets through. See SMTPD_POLICY_README of Postfix for the protocol.

It is also a milter, the last of all: what it has counted, and is refused after DATA all the same, it gives back. A
message it hears no end of stays counted.

The counts outlive this program in a file of its state directory, to which each is written at once, so that neither a
restart nor a kill gives a login anything back.
"""

from __future__ import annotations

import collections
import json
import os
import signal
import socketserver
import sys
import threading
import time
from typing import Any, NamedTuple

from counts import HOUR, MINUTE, Sent, StateFile
from lib import milter, server
from lib.login import without_realm


class Message(NamedTuple):
    """One that was counted, and is under way."""

    login: str
    end: float
    recipients: int


class Counter:
    """Counts per login, and says what Postfix is to do with the message that is asked about."""

    def __init__(self, config: dict[str, Any], state: StateFile, now: float) -> None:
        self.realms = [config["realm"], *config["alsoRealms"]]
        self.per_hour = config["perHour"]
        self.logins = config["logins"]
        self.state = state
        self.sent: dict[str, Sent] = collections.defaultdict(Sent)
        for login, minutes in state.read().items():
            self.sent[login] = Sent([now - ago, n] for ago, n in minutes)
        # By their queue IDs.
        self.under_way: dict[str, Message] = {}
        self.lock = threading.Lock()
        self.keep(now)

    def action(self, request: dict[str, str], now: float) -> str:
        login = request.get("sasl_username", "")
        if login == "":
            return "DUNNO"
        login = without_realm(login, self.realms)
        limit = self.logins.get(login, self.per_hour)
        if limit == 0:
            return "DUNNO"
        recipients = int(request["recipient_count"])
        if recipients > limit:
            return f"550 5.7.1 this login may send to {limit} recipients within an hour, this message has {recipients}"
        with self.lock:
            sent = self.sent[login]
            sent.forget(now - HOUR)
            if sent.recipients + recipients > limit:
                return f"450 4.7.1 this login may send to {limit} recipients within an hour, try again later"
            end = sent.add(now, recipients)
            self.state.add(end - now, login, recipients)
            self.under_way[request.get("queue_id", "")] = Message(login, end, recipients)
        return "DUNNO"

    def accepted(self, queue_id: str) -> None:
        with self.lock:
            self.under_way.pop(queue_id, None)

    def refused(self, queue_id: str, now: float) -> None:
        with self.lock:
            message = self.under_way.pop(queue_id, None)
            if message and self.sent[message.login].take_back(message.end, message.recipients):
                self.state.add(message.end - now, message.login, -message.recipients)

    def keep(self, now: float) -> None:
        """Writes all counts anew, and forgets what no longer counts."""
        with self.lock:
            for sent in self.sent.values():
                sent.forget(now - HOUR)
            kept = {login: sent for login, sent in self.sent.items() if sent.minutes}
            self.sent = collections.defaultdict(Sent, kept)
            self.under_way = {key: message for key, message in self.under_way.items() if message.end > now - HOUR}
            self.state.write({login: [[now - end, n] for end, n in sent.minutes] for login, sent in kept.items()})


class Question(socketserver.StreamRequestHandler):
    """One connection of an smtpd, which asks again and again."""

    server: Questions

    def handle(self) -> None:
        request: dict[str, str] = {}
        for line in self.rfile:
            name, _, value = line.decode(errors="replace").rstrip("\n").partition("=")
            if name != "":
                request[name] = value
                continue
            self.wfile.write(f"action={self.server.counter.action(request, time.monotonic())}\n\n".encode())
            request = {}


class Questions(server.Server):
    def __init__(self, counter: Counter) -> None:
        super().__init__(server.passed(0), Question)
        self.counter = counter
        self.due = time.monotonic() + MINUTE

    def service_actions(self) -> None:
        """Called by `serve_forever` again and again."""
        if time.monotonic() >= self.due:
            self.counter.keep(time.monotonic())
            self.due = time.monotonic() + MINUTE


class Ending(milter.Session):
    """One connection of an smtpd, which tells how its messages end."""

    server: Endings
    # MAIL is answered, because Postfix tells of a message's end only with the next step that it waits for.
    wishes = (
        milter.NO_CONNECT
        | milter.NO_HELO
        | milter.NO_RCPT
        | milter.NO_UNKNOWN
        | milter.NO_HEADERS
        | milter.NO_END_OF_HEADERS
        | milter.NO_BODY
        | milter.NO_ANSWER_TO_DATA
    )

    def setup(self) -> None:
        super().setup()
        self.queue_id: str | None = None

    def seen(self, command: int, _data: bytes) -> bytes:
        if command == milter.DATA:
            self.queue_id = self.macros.get("i")
        elif command == milter.END and self.queue_id is not None:
            self.server.counter.accepted(self.queue_id)
            self.queue_id = None
        return milter.CONTINUE

    def ended(self) -> None:
        if self.queue_id is not None:
            self.server.counter.refused(self.queue_id, time.monotonic())
            self.queue_id = None


class Endings(server.Server):
    def __init__(self, counter: Counter) -> None:
        super().__init__(server.passed(1), Ending)
        self.counter = counter


def main(config: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with open(config, encoding="utf-8") as file:
        counter = Counter(json.load(file), StateFile(os.environ["STATE_DIRECTORY"]), time.monotonic())
    endings = Endings(counter)
    threading.Thread(target=endings.serve_forever, daemon=True).start()
    with Questions(counter) as questions:
        try:
            questions.serve_forever()
        finally:
            counter.keep(time.monotonic())


if __name__ == "__main__":
    main(sys.argv[1])
