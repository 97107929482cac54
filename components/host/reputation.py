"""Why receivers may distrust this host's address: doubts as sentences with advice, none when all is well."""

from __future__ import annotations

import concurrent.futures
import ipaddress

import dns.exception
import dns.reversename

from lib.lookup import records

# What lists answer for what they list. Elsewhere are their refusal of this resolver (127.255.255.0/24), and the
# addresses that some resolvers make up for every name.
LISTINGS = ipaddress.ip_network("127.0.0.0/16")

# Addresses the world never sees (RFC 1918, RFC 6598, RFC 3927, loopback): another one stands for them there.
INSIDE = [
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8")
]


def ask(name: str, kind: str) -> list[str] | None:
    """The records as texts; None without an answer."""
    try:
        return records(name, kind)
    except dns.exception.DNSException:
        return None


def reverse_doubt(address: str, hostname: str) -> str | None:
    names = ask(dns.reversename.from_address(address).to_text(), "PTR")
    if names is None:
        return f"The name of {address} could not be looked up; many receivers refuse mail from an address without one."
    if hostname not in [name.rstrip(".").lower() for name in names]:
        shown = ", ".join(name.rstrip(".") for name in names) or "none"
        return (
            f"The reverse record of {address} is {shown} and not {hostname}: many receivers refuse its mail. "
            "On DigitalOcean it follows from the droplet's name; elsewhere the hosting provider sets it."
        )
    return None


def forward_doubt(address: str, hostname: str) -> str | None:
    addresses = ask(hostname, "A")
    if addresses is None:
        return f"{hostname} could not be looked up; receivers look whether it leads back to {address}."
    if address not in addresses:
        shown = ", ".join(addresses) or "none"
        return (
            f"The A record of {hostname} is {shown} and not {address}, from where mail leaves: many receivers "
            "refuse it. Create the records of the output dnsRecords, or have manageDns do so."
        )
    return None


def list_doubt(address: str, zone: str) -> str | None:
    reversed_address = ".".join(reversed(address.split(".")))
    answers = ask(f"{reversed_address}.{zone}", "A") or []
    if any(ipaddress.ip_address(answer) in LISTINGS for answer in answers):
        return (
            f"{address} is on the block list {zone}: receivers that ask it refuse the relay's mail. Its web "
            "site tells why and how to be removed; on a new droplet it is often quicker to replace it, or to use a "
            "relayHost."
        )
    return None


def doubts(address: str | None, hostname: str, lists: list[str]) -> list[str]:
    """All at once, because each may take its time."""
    if address is None or any(ipaddress.ip_address(address) in network for network in INSIDE):
        return []
    with concurrent.futures.ThreadPoolExecutor(2 + len(lists)) as pool:
        asked = [pool.submit(reverse_doubt, address, hostname), pool.submit(forward_doubt, address, hostname)]
        asked += [pool.submit(list_doubt, address, zone) for zone in lists]
        return [doubt for doubt in (question.result() for question in asked) if doubt]
