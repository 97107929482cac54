"""Postfix policy service: how many recipients a login may still send to within an hour.

Run as `login_limit.py CONFIG` with a listening socket from systemd. The configuration (JSON) says how many are allowed
(`perHour`, and other numbers for some `logins`; 0 is no limit), the `realm` and any `alsoRealms`: a client may log in
with one of them or none, and is the same login. A client without a login is not counted.

Asked at DATA, when the number of recipients is known. What was refused does not count, so that a client that comes
again later gets through. See SMTPD_POLICY_README of Postfix for the protocol.

The counts outlive this program in a file of its state directory, written when it ends and once a minute, so that a
restart gives no login a new hour.
"""

from __future__ import annotations

import collections
import json
import os
import signal
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Iterable
from typing import Any, Dict, List

HOUR = 3600
MINUTE = 60
FROM_SYSTEMD = 3

# For each login, pairs of how many seconds ago and how many recipients.
Counts = Dict[str, List[List[float]]]


class Sent:
    """What one login has sent in the last hour, minute by minute: few numbers, however many messages."""

    def __init__(self, minutes: Iterable[list[float]] = ()) -> None:
        self.minutes = collections.deque(minutes)
        self.recipients = sum(recipients for _, recipients in self.minutes)

    def forget(self, before: float) -> None:
        while self.minutes and self.minutes[0][0] <= before:
            self.recipients -= self.minutes.popleft()[1]

    def add(self, now: float, recipients: int) -> None:
        # The time of a minute is its end, so that nothing is forgotten too early.
        if self.minutes and now < self.minutes[-1][0]:
            self.minutes[-1][1] += recipients
        else:
            self.minutes.append([now + MINUTE, recipients])
        self.recipients += recipients


class Counter:
    """Counts per login, and says what Postfix is to do with the message that is asked about."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.suffixes = ["@" + realm for realm in [config["realm"], *config.get("alsoRealms", [])]]
        self.per_hour = config["perHour"]
        self.logins = config["logins"]
        self.sent: dict[str, Sent] = collections.defaultdict(Sent)
        self.lock = threading.Lock()

    def action(self, request: dict[str, str], now: float) -> str:
        login = request.get("sasl_username", "")
        if login == "":
            return "DUNNO"
        suffix = next((suffix for suffix in self.suffixes if login.endswith(suffix)), "")
        login = login[: len(login) - len(suffix)]
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
            sent.add(now, recipients)
        return "DUNNO"

    def counts(self, now: float) -> Counts:
        """Login to how many seconds ago it sent to how many; forgets what no longer counts."""
        with self.lock:
            for sent in self.sent.values():
                sent.forget(now - HOUR)
            self.sent = collections.defaultdict(
                Sent, {login: sent for login, sent in self.sent.items() if sent.minutes}
            )
            return {login: [[now - end, n] for end, n in sent.minutes] for login, sent in self.sent.items()}

    def restore(self, counts: Counts, now: float) -> None:
        for login, minutes in counts.items():
            self.sent[login] = Sent([now - ago, n] for ago, n in minutes)


class StateFile:
    """The counts on disk. Its times are those of the wall clock, which a reboot does not begin anew."""

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, "counts.json")

    def read(self) -> Counts:
        try:
            with open(self.path, encoding="utf-8") as file:
                state = json.load(file)
            # The clock may have been set back; then nothing has passed.
            passed = max(0, time.time() - state["written"])
            return {login: [[ago + passed, n] for ago, n in minutes] for login, minutes in state["counts"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            print(f"beginning anew, because {self.path} is not readable: {error}", file=sys.stderr, flush=True)
            return {}

    def write(self, counts: Counts) -> None:
        following = self.path + ".next"
        try:
            with open(following, "w", encoding="utf-8") as file:
                json.dump({"written": time.time(), "counts": counts}, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(following, self.path)
        except OSError as error:
            # A full disk is no reason to stop counting.
            print(f"the counts would not outlive a restart: {error}", file=sys.stderr, flush=True)


class Conversation(socketserver.StreamRequestHandler):
    """One connection of an smtpd, which asks again and again."""

    server: Server

    def handle(self) -> None:
        request: dict[str, str] = {}
        for line in self.rfile:
            name, _, value = line.decode(errors="replace").rstrip("\n").partition("=")
            if name != "":
                request[name] = value
                continue
            self.wfile.write(f"action={self.server.counter.action(request, time.monotonic())}\n\n".encode())
            request = {}


# Threads, because asyncio alone would double the memory of this program.
class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, listening: socket.socket, counter: Counter, state: StateFile) -> None:
        super().__init__(listening.getsockname(), Conversation, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.counter = counter
        self.state = state
        self.due = time.monotonic() + MINUTE

    def service_actions(self) -> None:
        """Called by `serve_forever` again and again."""
        if time.monotonic() >= self.due:
            self.keep()
            self.due = time.monotonic() + MINUTE

    def keep(self) -> None:
        self.state.write(self.counter.counts(time.monotonic()))


def main(config: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with open(config, encoding="utf-8") as file:
        counter = Counter(json.load(file))
    state = StateFile(os.environ["STATE_DIRECTORY"])
    counter.restore(state.read(), time.monotonic())
    with Server(socket.socket(fileno=FROM_SYSTEMD), counter, state) as server:
        try:
            server.serve_forever()
        finally:
            server.keep()


if __name__ == "__main__":
    main(sys.argv[1])
