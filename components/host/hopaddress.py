"""Where a smart host is, looked up as Postfix looks it up."""

from __future__ import annotations

import socket
from typing import Any, Dict, Tuple

SECONDS = 8  # for each answer

# A smart host of the plan, with what the plan says of all of them.
Hop = Dict[str, Any]
Address = Tuple[socket.AddressFamily, str]


class Refusal(Exception):
    """What is wrong, as a sentence for people."""


class Passing(Refusal):
    """The same, but another try could go well."""


def families(hop: Hop) -> list[socket.AddressFamily]:
    return [socket.AF_INET] if hop["inetProtocols"] == "ipv4" else [socket.AF_INET, socket.AF_INET6]


def in_dns(hop: Hop) -> list[Address]:
    """As the resolver answers Postfix, which need not be what it answers other programs."""
    import dns.exception
    import dns.resolver

    from lib.lookup import records

    try:
        resolver = dns.resolver.Resolver("/etc/resolv.conf")
        resolver.lifetime = SECONDS
        kinds = {socket.AF_INET: "A", socket.AF_INET6: "AAAA"}
        found = [(family, records(hop["host"], kinds[family], resolver)) for family in families(hop)]
    except dns.exception.DNSException as error:
        raise Passing(f"the resolver does not answer for {hop['host']}") from error
    return [(family, address) for family, all_of in found for address in all_of]


def in_system(hop: Hop) -> list[Address]:
    """As the system answers, which also looks into /etc/hosts."""
    found: list[Address] = []
    for family in families(hop):
        try:
            answers = socket.getaddrinfo(hop["host"], hop["port"], family, socket.SOCK_STREAM)
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise Passing(f"the resolver does not answer for {hop['host']}") from error
            continue
        found += [(family, str(to[0])) for *_, to in answers]
    return found


def literal(host: str) -> list[Address]:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return [(family, host)]
    return []


LOOKUPS = {"dns": in_dns, "native": in_system}


def kept(found: list[Address], limit: int) -> dict[socket.AddressFamily, int]:
    """How many of each family stay, so that neither crowds out the other; the first one's has the odd place."""
    first = found[0][0]
    others = sum(family != first for family, _ in found)
    ours = len(found) - others
    of_others = max(min(others, limit // 2), limit - ours)
    return {family: limit - of_others if family == first else of_others for family, _ in found}


def ordered(found: list[Address], wanted: dict[str, Any]) -> list[Address]:
    """
    Those that Postfix tries, in its order. Where it prefers neither version it draws lots; here they take turns, so
    that the outcome of a deploy is no matter of luck.
    """
    turns: dict[socket.AddressFamily, int] = {}

    def place(address: Address) -> tuple[int, int]:
        family = address[0]
        turns[family] = turns.get(family, -1) + 1
        later = int(family != socket.AF_INET)
        return (later, turns[family]) if wanted["preference"] == "ipv4" else (turns[family], later)

    found = sorted(found, key=place)
    limit = wanted["limit"]
    if limit == 0 or len(found) <= limit:
        return found
    if not wanted["balanced"]:
        return found[:limit]
    left = kept(found, limit)
    some = []
    for address in found:
        left[address[0]] -= 1
        if left[address[0]] >= 0:
            some.append(address)
    return some


def addresses(hop: Hop) -> list[Address]:
    """Where a smart host is, asked in the ways and the order in which Postfix asks."""
    found = literal(hop["host"])
    for way in hop["hostLookup"]:
        found = found or LOOKUPS[way](hop)
    if found:
        return ordered(found, hop["addresses"])
    if "native" not in hop["hostLookup"] and in_system(hop):
        raise Refusal(
            f"DNS has no address for {hop['host']}, and Postfix asks DNS alone; other programs of the host find one, "
            "as in /etc/hosts. Publish the name in DNS, give the address as host, or set smtp_host_lookup to "
            '"dns, native" in postfixParameters'
        )
    raise Refusal(f"there is no host of the name {hop['host']}")
