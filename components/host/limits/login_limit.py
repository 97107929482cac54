"""Postfix policy service: how many recipients a login may still send to within an hour.

Run as `login_limit.py CONFIG` with a listening socket from systemd. The configuration (JSON) says how many are allowed
(`perHour`, and other numbers for some `logins`; 0 is no limit) and the `realm`: a client may log in with or without it,
and is the same login.

Asked at DATA, when the number of recipients is known. What was refused does not count, so that a client that comes
again later gets through. See SMTPD_POLICY_README of Postfix for the protocol.
"""

import collections
import json
import socket
import socketserver
import sys
import threading
import time

HOUR = 3600
FROM_SYSTEMD = 3


class Sent:
    """What one login has sent in the last hour."""

    def __init__(self):
        self.messages = collections.deque()
        self.recipients = 0

    def forget(self, before):
        while self.messages and self.messages[0][0] <= before:
            self.recipients -= self.messages.popleft()[1]

    def add(self, now, recipients):
        self.messages.append((now, recipients))
        self.recipients += recipients


class Counter:
    """Counts per login, and says what Postfix is to do with the message that is asked about."""

    def __init__(self, config):
        self.suffix = "@" + config["realm"]
        self.per_hour = config["perHour"]
        self.logins = config["logins"]
        self.sent = collections.defaultdict(Sent)
        self.lock = threading.Lock()

    def action(self, request, now):
        login = request.get("sasl_username", "")
        if login == "":
            return "DUNNO"
        if login.endswith(self.suffix):
            login = login[: -len(self.suffix)]
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


class Conversation(socketserver.StreamRequestHandler):
    """One connection of an smtpd, which asks again and again."""

    def handle(self):
        request = {}
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

    def __init__(self, listening, counter):
        super().__init__(listening.getsockname(), Conversation, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.counter = counter


def main(config):
    with open(config, encoding="utf-8") as file:
        counter = Counter(json.load(file))
    with Server(socket.socket(fileno=FROM_SYSTEMD), counter) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
