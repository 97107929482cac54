"""Which servers this host reaches: connects to each and talks as far as EHLO, all at once, in bounded time.

Takes {"targets": [{"host", "port", "implicit"}], "seconds": number}; the configured next hop is tried too.
"""

from __future__ import annotations

import re
import smtplib
import socket
import threading
import time
from typing import Any, Dict

from lib.postfix import parameter
from lib.smtp import Session, describe_error, mechanisms, reply_of, shown, unverified_context

Target = Dict[str, Any]


def next_hop(relayhost: str) -> Target | None:
    """Host and port of a `relayhost`; None where mail goes to each domain's own server."""
    found = re.match(r"^\[?([^\]:]+(?::[0-9a-f:]+)?)\]?(?::(\w+))?$", relayhost)
    if not found:
        return None
    port = found[2] or "25"
    try:
        number = int(port) if port.isdigit() else socket.getservbyname(port, "tcp")
    except OSError:
        number = 0
    return {"host": found[1], "port": number, "implicit": False}


def talk(target: Target, seconds: float) -> dict[str, Any]:
    """How far it goes: resolve, connect, greeting, ehlo; `reached` is the last stage that went well."""
    seen: dict[str, Any] = {
        **target,
        "reached": None,
        "problem": None,
        "address": None,
        "startTls": None,
        "mechanisms": [],
    }
    begun = time.monotonic()
    try:
        found = socket.getaddrinfo(target["host"], target["port"], socket.AF_INET, socket.SOCK_STREAM)
        address = str(found[0][4][0])
        seen.update(reached="resolve", address=address)
        with socket.create_connection((address, target["port"]), timeout=seconds) as raw:
            seen["reached"] = "connect"
            greet(raw, target, seconds, seen)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        seen["problem"] = describe_error(error)
    seen["milliseconds"] = round((time.monotonic() - begun) * 1000)
    return seen


def greet(raw: socket.socket, target: Target, seconds: float, seen: dict[str, Any]) -> None:
    if target["implicit"]:
        raw = unverified_context().wrap_socket(raw, server_hostname=target["host"])
    try:
        client = Session(raw, target["host"], parameter("myhostname"), seconds)
    except smtplib.SMTPConnectError as error:
        raise smtplib.SMTPException(f"greeted with {shown(reply_of(error))}") from error
    seen["reached"] = "greeting"
    reply = client.ehlo()
    if reply[0] != 250:
        raise smtplib.SMTPException(f"answered EHLO with {shown(reply)}")
    seen["reached"] = "ehlo"
    seen["startTls"] = client.has_extn("starttls")
    seen["mechanisms"] = mechanisms(client)
    client.docmd("QUIT")


def inspect(args: dict[str, Any]) -> dict[str, Any]:
    seconds = args["seconds"]
    relayhost = parameter("relayhost")
    hop = next_hop(relayhost)
    if hop and parameter("smtp_tls_wrappermode") == "yes":
        hop["implicit"] = True
    targets = [{**target, "nextHop": False} for target in args["targets"]] + ([{**hop, "nextHop": True}] if hop else [])
    late: dict[str, Any] = {
        "reached": None,
        "problem": "no answer",
        "address": None,
        "startTls": None,
        "mechanisms": [],
    }
    outcomes = [{**target, **late, "milliseconds": seconds * 2000} for target in targets]

    def keep(index: int, target: Target) -> None:
        outcomes[index] = talk(target, seconds)

    # A server that drips its words must hold back neither the answer nor the end of this program.
    threads = [threading.Thread(target=keep, args=one, daemon=True) for one in enumerate(targets)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds * 2
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))
    return {
        "relayhost": relayhost,
        "tls": parameter("smtp_tls_security_level"),
        "login": parameter("smtp_sasl_auth_enable") == "yes",
        "outcomes": list(outcomes),
    }
