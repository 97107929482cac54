"""Whether the resolver on this host really answers, and with DNSSEC.

Asks for the root's name servers, which every resolver can find. The query is written by hand, because the resolver's
packages do not bring dnspython.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import time

ADDRESS = ("127.0.0.1", 53)
SECONDS = 15
NS, IN = 2, 1
RD, AD, CD = 0x0100, 0x0020, 0x0010  # recursion desired, authentic data, checking disabled
ROOT = b"\0"
RESPONSE_CODE, NO_ERROR = 0xF, 0


def ask(flags: int, patience: float) -> int | None:
    """The flags of a good answer to `. NS`, or None."""
    number = os.urandom(2)
    query = number + struct.pack(">HHHHH", flags, 1, 0, 0, 0) + ROOT + struct.pack(">HH", NS, IN)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(patience)
        try:
            asking.connect(ADDRESS)
            asking.send(query)
            answer = asking.recv(4096)
        except OSError:
            return None
    if len(answer) < 12 or answer[:2] != number:
        return None
    found = int.from_bytes(answer[2:4], "big")
    return found if found & RESPONSE_CODE == NO_ERROR else None


def validates() -> bool:
    found = ask(RD | AD, 5)
    return found is not None and found & AD != 0


def wait() -> None:
    """Ends the program with a reason, unless a validated answer comes in time."""
    deadline = time.monotonic() + SECONDS
    while not validates():
        if time.monotonic() > deadline:
            sys.exit(reason())
        time.sleep(1)


def reason() -> str:
    if ask(RD | CD, 5) is not None:
        return (
            "the resolver gets answers about the root, but without valid DNSSEC signatures: give resolver.forwarders "
            "that pass DNSSEC on, or none; and look at the host's clock"
        )
    return (
        "the resolver gets no answers: let the host out on port 53, UDP and TCP, or give as resolver.forwarders the "
        "resolvers that the network lets it ask"
    )
