"""http-01: the authority asks port 80 of the name's address, where certbot listens for that moment."""

from __future__ import annotations

import functools

import dns.exception

from lib.address import own_address
from lib.lookup import records

AUTHENTICATOR = "standalone"
ARGUMENTS = ["--standalone", "--preferred-challenges", "http"]


@functools.lru_cache(maxsize=None)
def addresses(hostname: str) -> list[str]:
    return records(hostname, "A")


def record(hostname: str) -> str:
    return f"{hostname}. A {own_address() or 'ADDRESS'}"


def obstacle(hostname: str) -> str | None:
    """Why it would be of no use to ask now, for failures count against the authority's limits."""
    try:
        found = addresses(hostname)
    except dns.exception.DNSException as error:
        return f"{hostname} could not be looked up ({error})."
    return None if found else f"{hostname} has no address; create the DNS record `{record(hostname)}`."


def advice(hostname: str, _output: str) -> str:
    return obstacle(hostname) or (
        f"The name leads to {', '.join(addresses(hostname))}; the DNS record for this host is `{record(hostname)}`, "
        "and port 80 must reach it."
    )
