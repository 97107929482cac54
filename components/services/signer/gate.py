"""Gate between Postfix and the signer: gives it messages in their final form, and only a few large ones at a time.

Run as `gate.py SIGNER AT_ONCE` with a listening socket from systemd, and the path of the signer's own. Passes the
milter protocol on in both directions, with a connection to the signer for each of Postfix's.

The signer holds each message in memory as a whole, and Postfix hands over as many at a time as clients send. So the
gate keeps back the rest of a message that turns out to be large, until fewer than AT_ONCE others are with the signer.
One that has waited for too long is put off. What a client has said of the size plays no part.

Postfix breaks the long lines of a body itself, but headers are given back to it in the form that is signed.
"""

from __future__ import annotations

import collections
import contextlib
import select
import signal
import socket
import socketserver
import struct
import sys
import threading

from final_form import Body, folded
from lib import milter, server

# From this many bytes on a message is large. As much of each may be with the signer at once.
LARGE = 1 << 17
# Of all headers, of which each takes memory of its own.
MOST_HEADERS = 1 << 20
LEAST_HEADER = 1 << 10
# In seconds; less than Postfix waits for an answer (milter_content_timeout).
PATIENCE = 60
SIGNER_PATIENCE = 300
# The longest part of a body that the protocol knows.
PART = 65535
BUSY = milter.reply("451 4.3.2", "Too many large messages at the same time, try again later")
TOO_LARGE = milter.reply("552 5.3.4", "Headers too large")


class Passage(socketserver.BaseRequestHandler):
    """One connection of Postfix, and the one to the signer that belongs to it."""

    server: Gate

    def handle(self) -> None:
        self.unread = b""
        self.begin()
        with socket.socket(socket.AF_UNIX) as self.signer, contextlib.suppress(milter.Broken, OSError):
            # Without it, a signer that hangs would keep places for good.
            self.signer.settimeout(SIGNER_PATIENCE)
            self.signer.connect(self.server.signer)
            try:
                self.pass_on()
            finally:
                self.leave()

    def begin(self) -> None:
        self.size = self.headers_size = 0
        self.has_place = self.whole = False
        self.refusal = b""
        self.headers: collections.Counter[bytes] = collections.Counter()
        # Answers to Postfix.
        self.changes: list[bytes] = []
        self.body = Body()
        self.kept = b""

    def leave(self) -> None:
        if self.has_place:
            self.server.places.release()
        self.begin()

    def pass_on(self) -> None:
        readable = select.poll()
        for end in (self.request, self.signer):
            readable.register(end, select.POLLIN)
        while True:
            for end, _ in readable.poll():
                of_signer = end == self.signer.fileno()
                data = (self.signer if of_signer else self.request).recv(1 << 16)
                if not data:
                    return
                if of_signer:
                    self.answered(data)
                else:
                    self.unread += data
                    self.take_packets()

    def answered(self, data: bytes) -> None:
        if self.whole:
            # Before the signature, which may be one more header of a name.
            data = b"".join(map(milter.framed, self.changes)) + data
            # The signer needs the message no more.
            self.leave()
        self.request.sendall(data)

    def take_packets(self) -> None:
        for packet in iter(self.next_packet, b""):
            command, data = packet[0], packet[1:]
            if command in (milter.MAIL, milter.ABORT, milter.QUIT_NEXT):
                self.leave()
            self.admit(command, len(packet))
            if self.refusal and command == milter.END:
                # The signer wants no packet but this one answered.
                self.tell_signer(milter.ABORT)
                self.request.sendall(milter.framed(self.refusal))
                self.leave()
            elif not self.refusal:
                self.pass_packet(command, data)

    def admit(self, command: int, size: int) -> None:
        self.size += size
        if command == milter.HEADER:
            self.headers_size += max(size, LEAST_HEADER)
            if self.headers_size > MOST_HEADERS:
                self.refusal = TOO_LARGE
        if self.size > LARGE and not self.has_place and not self.refusal:
            self.has_place = self.server.places.acquire(timeout=PATIENCE)
            self.refusal = b"" if self.has_place else BUSY

    def pass_packet(self, command: int, data: bytes) -> None:
        if command == milter.HEADER:
            data = self.header(data)
        elif command == milter.BODY:
            data = self.kept + data
            self.kept = b"\r" if data.endswith(b"\r") else b""
            data = self.body.broken(data[: len(data) - len(self.kept)])
            for at in range(0, len(data), PART):
                self.tell_signer(command, data[at : at + PART])
            return
        elif command == milter.END:
            self.whole = True
            if self.kept:
                self.tell_signer(milter.BODY, self.kept)
        self.tell_signer(command, data)

    def header(self, data: bytes) -> bytes:
        name, value, *_ = [*data.split(b"\0"), b""]
        self.headers[name.lower()] += 1
        form = folded(name, value)
        if form != value:
            index = struct.pack("!I", self.headers[name.lower()])
            self.changes.append(milter.CHANGE_HEADER + index + name + b"\0" + form + b"\0")
        return name + b"\0" + form + b"\0"

    def tell_signer(self, command: int, data: bytes = b"") -> None:
        self.signer.sendall(milter.framed(bytes([command]) + data))

    def next_packet(self) -> bytes:
        """Empty if it has not come as a whole yet."""
        length = int.from_bytes(self.unread[:4], "big") if len(self.unread) >= 4 else milter.LONGEST
        if not 1 <= length <= milter.LONGEST:
            raise milter.Broken
        if len(self.unread) < 4 + length:
            return b""
        packet, self.unread = self.unread[4 : 4 + length], self.unread[4 + length :]
        return packet


class Gate(server.Server):
    def __init__(self, signer: str, at_once: int) -> None:
        super().__init__(server.passed(), Passage)
        self.signer = signer
        self.places = threading.BoundedSemaphore(at_once)


def main(signer: str, at_once: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Gate(signer, int(at_once)).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
