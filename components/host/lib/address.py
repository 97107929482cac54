"""The addresses other hosts see this one under."""

from __future__ import annotations

import socket


def address_towards(family: socket.AddressFamily, destination: str) -> str | None:
    """The source address on the way to another host, or None without a route; a UDP connect sends no packet."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((destination, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return None


def own_address() -> str | None:
    return address_towards(socket.AF_INET, "192.0.2.1")
