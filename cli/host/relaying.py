"""Asks the live configuration the questions that an open relay answers wrongly, and whether a login may send."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Union

import ask
import sasl
from lib.address import own_address
from lib.listeners import Listener, listeners, options, starts_with_tls
from lib.postfix import parameter

# Documentation and test networks (RFC 5737, 6598, 2544): no clients.
STRANGERS = ("192.0.2.9", "198.51.100.9", "203.0.113.9", "100.64.0.9", "198.18.0.9")
# No deploy trusts a wider network; one that is there is what the questions shall find.
WIDEST = 8
PARALLEL = 4
PROBE = 10025
LOGIN_PROBE = 10587
FOREIGN = "probe@relay-probe.invalid"

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


def networks_in(text: str) -> list[Network]:
    """The networks of a mynetworks value that a deploy could have written."""
    found = []
    for word in text.replace(",", " ").split():
        try:
            network = ipaddress.ip_network(word.replace("[", "").replace("]", ""), strict=False)
        except ValueError:
            continue
        if network.prefixlen >= WIDEST:
            found.append(network)
    return found


def stranger(networks: Iterable[Network]) -> str:
    """An address that is in none of the networks."""
    addresses = map(ipaddress.ip_address, STRANGERS)
    return next((str(one) for one in addresses if not any(one in network for network in networks)), STRANGERS[0])


def questions(
    networks: list[Network], hostname: str, domain: str, login: str | None, public: list[tuple[int, bool]]
) -> list[ask.Question]:
    """Each with a name that says what must not, or must, be possible."""
    client = stranger(networks)

    def pretended(name: str, port: int, recipient: str, **more: str) -> ask.Question:
        about = {"port": port, "client": client, "helo": hostname, "login": None, "sender": f"postmaster@{domain}"}
        return {"name": name, **about, "recipients": [recipient], **more}

    asked = [
        pretended("relay", PROBE, FOREIGN),
        pretended("relay-percent", PROBE, f"probe%relay-probe.invalid@{hostname}"),
        pretended("relay-login", LOGIN_PROBE, FOREIGN),
    ]
    if login:
        asked.append(pretended("send", LOGIN_PROBE, FOREIGN, login=login, sender=""))
    own = ipaddress.ip_address(own_address() or "127.0.0.1")
    trusts_itself = any(own in network for network in networks)
    for port, demands_login in public:
        here = {"port": port, "client": None, "helo": hostname}
        asked.append({"name": "xclient", **here, "tls": False})
        # The host itself may be one of mynetworks, which only counts where no login is demanded.
        if demands_login or not trusts_itself:
            envelope = {"sender": f"postmaster@{domain}", "recipients": [FOREIGN]}
            asked.append({"name": "outside", **here, **envelope, "tls": True})
    return asked


def speaks_first(listener: Listener) -> bool:
    """Whether a listener is public, and can be talked to without TLS."""
    return not listener.is_probe and not starts_with_tls(listener.service)


def demands_login(service: str) -> bool:
    return options(service).get("smtpd_sasl_auth_enable") == "yes"


def inspect(_args: dict[str, Any]) -> dict[str, Any]:
    logins = sorted(key.login for key, _ in sasl.logins())
    public = [(one.port, demands_login(one.service)) for one in listeners() if speaks_first(one)]
    networks = networks_in(parameter("mynetworks"))
    asked = questions(networks, parameter("myhostname"), parameter("mydomain"), logins[0] if logins else None, public)
    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = pool.map(ask.ask, asked)
        return {"answers": [{**question, **answer} for question, answer in zip(asked, answers)]}
