"""DNS as the world sees it, past /etc/hosts and past what a resolver on this host makes up for its own name."""

from __future__ import annotations

import os

import dns.name
import dns.resolver

SECONDS = 5
# systemd-resolved's stub would answer from /etc/hosts; this file names the servers behind it.
UPSTREAM = "/run/systemd/resolve/resolv.conf"


def upstream() -> dns.resolver.Resolver:
    found = dns.resolver.Resolver(UPSTREAM if os.path.exists(UPSTREAM) else "/etc/resolv.conf")
    found.lifetime = SECONDS
    return found


def records(name: str, kind: str, resolver: dns.resolver.Resolver | None = None) -> list[str]:
    """The records as texts, none for a name or type that does not exist; raises DNSException without an answer."""
    resolver = resolver or upstream()
    # dnspython before 2.0 (Ubuntu 20.04) has only the old name. An absolute name keeps both from search lists.
    resolve = resolver.resolve if hasattr(resolver, "resolve") else resolver.query
    try:
        return [record.to_text() for record in resolve(dns.name.from_text(name), kind)]
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
