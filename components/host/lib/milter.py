"""The filter's side of the milter protocol, version 6, as Postfix speaks it (its src/milter/milter8.c).

Written here because libmilter, on which packaged filters and bindings are built, opens its socket itself. Programs of
this kind take theirs from systemd, which holds it while they restart, so that no mail is put off meanwhile.
"""

from __future__ import annotations

import socketserver
import struct
from typing import ClassVar

# What a filter can ask not to be sent (SMFIP_NO...), and what to be sent without waiting for an answer (SMFIP_NR...).
NO_CONNECT, NO_HELO, NO_MAIL, NO_RCPT, NO_BODY, NO_HEADERS, NO_END_OF_HEADERS = (1 << bit for bit in range(7))
NO_ANSWER_TO_HEADERS, NO_UNKNOWN, NO_DATA = (1 << bit for bit in range(7, 10))
NO_ANSWER_TO_MAIL, NO_ANSWER_TO_RCPT, NO_ANSWER_TO_DATA = (1 << bit for bit in range(14, 17))

VERSION = 6
# Far above what Postfix keeps of a header (header_size_limit).
LONGEST = 1 << 22

NEGOTIATE, MACROS, MAIL, DATA, HEADER, BODY, END, ABORT, QUIT, QUIT_NEXT = b"ODMTLBEAQK"
ANSWERS = {ord("C"): 0, ord("H"): 0, ord("R"): NO_ANSWER_TO_RCPT, ord("U"): 0, ord("N"): 0, BODY: 0, END: 0}
ANSWERS.update({MAIL: NO_ANSWER_TO_MAIL, DATA: NO_ANSWER_TO_DATA, HEADER: NO_ANSWER_TO_HEADERS})
CONTINUE, TEMPFAIL, CHANGE_HEADER = b"c", b"t", b"m"


class Broken(Exception):
    """What came is not of this protocol."""


def texts(data: bytes) -> list[str]:
    """Strings that end with a zero each."""
    return [text.decode("utf-8", "surrogateescape") for text in data.split(b"\0")[:-1]]


def reply(code: str, text: str) -> bytes:
    """A reply of SMTP: code and enhanced code, and a text, in which a % would have a meaning of its own."""
    shown = "".join(char if " " <= char <= "~" and char != "%" else "?" for char in text)
    return b"y" + f"{code} {shown[:400]}".encode() + b"\0"


def framed(packet: bytes) -> bytes:
    return struct.pack("!I", len(packet)) + packet


class Session(socketserver.StreamRequestHandler):
    """One connection of an smtpd; a subclass says what it wants to see, and what becomes of a message."""

    # Those of the constants above that hold for this filter.
    wishes: ClassVar[int] = 0

    def handle(self) -> None:
        self.macros: dict[str, str] = {}
        self.agreed = 0
        try:
            while self.step():
                pass
        except (Broken, ConnectionError):
            # Postfix does what the milter's default_action says.
            pass
        finally:
            self.ended()

    def step(self) -> bool:
        size = self.rfile.read(4)
        if len(size) < 4:
            return False
        (length,) = struct.unpack("!I", size)
        if not 1 <= length <= LONGEST:
            raise Broken
        packet = self.rfile.read(length)
        return len(packet) == length and self.take(packet[0], packet[1:])

    def take(self, command: int, data: bytes) -> bool:
        """Whether the connection goes on."""
        if command == NEGOTIATE:
            self.negotiate(data)
        elif command == MACROS:
            named = texts(data[1:])
            self.macros.update(zip(named[::2], named[1::2]))
        elif command in (ABORT, QUIT, QUIT_NEXT):
            self.ended()
            return command != QUIT
        else:
            answer = self.seen(command, data)
            if command in ANSWERS and not ANSWERS[command] & self.agreed:
                self.send(answer)
        return True

    def negotiate(self, data: bytes) -> None:
        if len(data) < 12:
            raise Broken
        version, _, offered = struct.unpack("!III", data[:12])
        if version < VERSION:
            raise Broken
        self.agreed = offered & self.wishes
        self.send(bytes([NEGOTIATE]) + struct.pack("!III", VERSION, 0, self.agreed))

    def send(self, packet: bytes) -> None:
        self.wfile.write(framed(packet))

    def seen(self, command: int, data: bytes) -> bytes:
        """A step of the dialogue; returns the answer to those that have one."""
        raise NotImplementedError

    def ended(self) -> None:
        """The message is over, accepted or not, if there was one."""
