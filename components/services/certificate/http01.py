"""http-01: the authority asks port 80 of the name's address, where certbot listens for that moment."""

import functools
import os
import socket

import dns.exception
import dns.resolver

AUTHENTICATOR = "standalone"
ARGUMENTS = ["--standalone", "--preferred-challenges", "http"]
# systemd-resolved's own answers for the host's name come from /etc/hosts; this names the servers behind it.
RESOLVERS = ("/run/systemd/resolve/resolv.conf", "/etc/resolv.conf")


@functools.lru_cache(maxsize=None)
def addresses(hostname):
    """The name's addresses as the world sees them: /etc/hosts usually has another one for a host's own name."""
    resolver = dns.resolver.Resolver(next(path for path in RESOLVERS if os.path.exists(path)))
    # Ubuntu 20.04 knows the old name only.
    resolve = getattr(resolver, "resolve", resolver.query)
    try:
        return [record.address for record in resolve(hostname, "A")]
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []


def own_address():
    """The address this host speaks from; no packet is sent for a UDP connect."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return probe.getsockname()[0]


def record(hostname):
    return f"{hostname}. A {own_address()}"


def obstacle(hostname):
    """Why it would be of no use to ask now, for failures count against the authority's limits."""
    try:
        found = addresses(hostname)
    except dns.exception.DNSException as error:
        return f"{hostname} could not be looked up ({error})."
    return None if found else f"{hostname} has no address; create the DNS record `{record(hostname)}`."


def advice(hostname, _output):
    return obstacle(hostname) or (
        f"The name leads to {', '.join(addresses(hostname))}; the DNS record for this host is `{record(hostname)}`, "
        "and port 80 must reach it."
    )
