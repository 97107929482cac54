"""
Keeps room for logins. Whoever has sent mail as a login within the last days is known to the firewall's rules; all
others share a part of each port's connections, and who holds one of a full part without saying much is cut off.
"""

from __future__ import annotations

import ipaddress
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from lib import logline

TABLE = "inet mail_relay_room"
# How long an address is known after its last mail, and how old the firewall's note of it may become, in seconds.
KNOWN = 30 * 86_400
REFRESH = 86_400
# How often connections are looked at, and how slow one is that is cut off: seconds, and bytes a second.
INTERVAL = 3
PATIENCE = 15
SLOW = 100


def network(address: str) -> tuple[str, str]:
    """The set that an address belongs into, and the address itself or by IPv6 its network."""
    found = ipaddress.ip_address(address)
    if found.version == 4:
        return "known", address
    return "known6", str(ipaddress.ip_network(f"{address}/64", strict=False))


class Known:
    """The addresses that sent mail as a login, as the firewall has them."""

    def __init__(self, rules: Callable[[str], object]) -> None:
        self.rules = rules
        self.noted: dict[str, float] = {}

    def note(self, address: str, now: float) -> None:
        which, element = network(address)
        if now - self.noted.get(element, -REFRESH) < REFRESH:
            return
        # Only a new element has a new end.
        add = f"add element {TABLE} {which} {{ {element} timeout {KNOWN}s }}"
        self.rules(f"{add}\ndelete element {TABLE} {which} {{ {element} }}\n{add}\n")
        self.noted[element] = now

    def knows(self, address: str) -> bool:
        return network(address)[1] in self.noted


class Connection(NamedTuple):
    local: str
    peer: str
    received: int

    @property
    def port(self) -> int:
        return int(self.local.rpartition(":")[2])

    @property
    def address(self) -> str:
        text = self.peer.rpartition(":")[0].strip("[]").partition("%")[0]
        mapped = getattr(ipaddress.ip_address(text), "ipv4_mapped", None)
        return str(mapped or text)


def connections(listing: str) -> list[Connection]:
    """What `ss -HtniO` tells of established connections."""
    found = []
    for line in listing.splitlines():
        words = line.split()
        received = [word.partition(":")[2] for word in words if word.startswith("bytes_received:")]
        found.append(Connection(words[2], words[3], int(received[0]) if received else 0))
    return found


class Watch:
    """Which strangers' connections are to be cut off."""

    def __init__(self, shares: dict[int, int], is_stranger: Callable[[str], bool]) -> None:
        self.shares = shares
        self.is_stranger = is_stranger
        self.since: dict[tuple[str, str], float] = {}

    def slow(self, found: Iterable[Connection], now: float) -> list[Connection]:
        strangers = [one for one in found if one.port in self.shares and self.is_stranger(one.address)]
        self.since = {(one.local, one.peer): self.since.get((one.local, one.peer), now) for one in strangers}
        held: dict[int, int] = {}
        for one in strangers:
            held[one.port] = held.get(one.port, 0) + 1
        return [one for one in strangers if held[one.port] >= self.shares[one.port] and self.is_slow(one, now)]

    def is_slow(self, one: Connection, now: float) -> bool:
        age = now - self.since[(one.local, one.peer)]
        return age >= PATIENCE and one.received < SLOW * age


def nft(rules: str) -> None:
    subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)


def cut(one: Connection) -> None:
    ends = [value for side, end in (("src", one.local), ("dst", one.peer)) for value in (side, end)]
    subprocess.run(["ss", "-K", "-H", "-t", *ends], stdout=subprocess.DEVNULL, check=False)


def logins(entries: Iterable[dict[str, Any]]) -> Iterable[str]:
    """The addresses of mail that logins send, from entries of the journal."""
    for fields in entries:
        program, text = fields.get("SYSLOG_IDENTIFIER"), fields.get("MESSAGE")
        if isinstance(program, str) and isinstance(text, str):
            event = logline.event(program, text)
            if event and event.kind == "arrival" and event.fields.get("login"):
                yield event.fields["address"] or ""


def journal_of(match: list[str]) -> Any:
    """The journal's entries from a day ago on; what was before a start counts, because the rules begin anew."""
    # Only hosts have it.
    from systemd import journal  # type: ignore[import-not-found]

    reader = journal.Reader()
    for word in match:
        if word == "+":
            reader.add_disjunction()
        else:
            reader.add_match(word)
    reader.seek_realtime(time.time() - REFRESH)
    return reader


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        config = json.load(file)
    known = Known(nft)
    exempt = [ipaddress.ip_network(network) for network in config["exempt"]]

    def is_stranger(address: str) -> bool:
        return not known.knows(address) and not any(ipaddress.ip_address(address) in network for network in exempt)

    watch = Watch({int(port): share for port, share in config["shares"].items()}, is_stranger)
    ports = [word for port in watch.shares for word in ("or", "sport", "=", f":{port}")][1:]
    listing = ["ss", "-HtniO", "state", "established", "(", *ports, ")"]
    journal = journal_of(config["match"])
    looked = 0.0
    while True:
        now = time.monotonic()
        for address in logins(journal):
            known.note(address, now)
        if now - looked >= INTERVAL:
            looked = now
            done = subprocess.run(listing, capture_output=True, text=True, check=False)
            for one in watch.slow(connections(done.stdout), now):
                cut(one)
        journal.wait(INTERVAL)


if __name__ == "__main__":
    main()
