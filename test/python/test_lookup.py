"""DNS through a name server of the test's own, by the interfaces of new and of old dnspython."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import dns.exception
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from lib.lookup import records

ZONE = {("relay.example.com.", "A"): "203.0.113.7", ("example.com.", "TXT"): '"v=spf1 -all"'}


class Old:
    """dnspython before 2.0: `query`, with neither `resolve` nor the argument `search`."""

    def __init__(self, resolver: dns.resolver.Resolver) -> None:
        self.resolver = resolver

    def query(self, name: Any, kind: str, tcp: bool = False) -> Any:
        return self.resolver.resolve(name, kind, tcp=tcp, search=True)


def answer(query: dns.message.Message) -> dns.message.Message:
    response = dns.message.make_response(query)
    name, kind = query.question[0].name.to_text(), dns.rdatatype.to_text(query.question[0].rdtype)
    if (name, kind) in ZONE:
        response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, ZONE[name, kind]))
    elif name.startswith("refused."):
        response.set_rcode(dns.rcode.REFUSED)
    elif name not in [known for known, _ in ZONE]:
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response


@pytest.fixture
def resolver() -> Iterator[dns.resolver.Resolver]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                wire, client = server.recvfrom(4096)
                if not wire:
                    return
                server.sendto(answer(dns.message.from_wire(wire)).to_wire(), client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port, found.lifetime = ["127.0.0.1"], server.getsockname()[1], 30
        # A search list must never be used, or another domain's record would do.
        found.search = [dns.name.from_text("example.com.")]
        yield found
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", server.getsockname())
        thread.join()


@pytest.mark.parametrize("interface", [lambda new: new, Old], ids=["dnspython 2", "dnspython 1"])
@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("relay.example.com", "A", ["203.0.113.7"]),
        ("relay.example.com.", "A", ["203.0.113.7"]),
        ("example.com", "TXT", ['"v=spf1 -all"']),
        ("relay.example.com", "TXT", []),
        ("other.example.com", "A", []),
        # With the search list it would be relay.example.com.
        ("relay", "A", []),
    ],
)
def test_records(resolver: dns.resolver.Resolver, interface: Any, name: str, kind: str, expected: list[str]) -> None:
    assert records(name, kind, interface(resolver)) == expected


def test_no_answer_is_an_error(resolver: dns.resolver.Resolver) -> None:
    with pytest.raises(dns.exception.DNSException):
        records("refused.example.com", "A", resolver)
