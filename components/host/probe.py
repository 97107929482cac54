#!/usr/bin/env python3
"""Holds SMTP dialogues and compares every reply with the one that is expected.

Reads a plan (JSON) from standard input, writes one JSON line with the result, exits 1 with one line per
disagreement on standard error. Only a plan for the trial instance, which nothing can leave, sends a message. A plan can
also say what the user database must hold, where passwords are compared, never shown, and which certificate must be
served.

Credentials in a plan: a login and password, or "live", which takes one pair from the user database on this host.
"""

from __future__ import annotations

import concurrent.futures
import ipaddress
import json
import smtplib
import socket
import ssl
import subprocess
import sys
import time
from typing import Any, Dict, Tuple

from lib import sasldb, smtp, x509
from lib.address import address_towards, own_address

PARALLEL = 4

Dialogue = Dict[str, Any]
Step = Dict[str, Any]
# Whether a dialogue passed, failed or was skipped, and why.
Outcome = Tuple[str, str]


class Disagreement(Exception):
    """A reply other than the expected one."""


def about_ipv6(dialogue: Dialogue) -> bool:
    """Whether it is held by IPv6, or pretends to be."""
    return bool(dialogue.get("ipv6")) or any(" ADDR=IPV6:" in step["command"] for step in dialogue["steps"])


def client_address(dialogue: Dialogue) -> str | None:
    """Where a dialogue is held from, and to; None where this host has no such address."""
    loopback6 = address_towards(socket.AF_INET6, "::1")
    if about_ipv6(dialogue) and loopback6 is None:
        return None
    if dialogue.get("ipv6"):
        return loopback6 if dialogue["from"] == "loopback" else address_towards(socket.AF_INET6, "2001:db8::1")
    return "127.0.0.1" if dialogue["from"] == "loopback" else own_address()


def check_stored(database: str, pairs: list[tuple[str, str]]) -> Outcome:
    """Whether every user is stored with the password given."""
    try:
        users = sasldb.read(database)
    except sasldb.Unreadable as error:
        return "failed", f"the user database cannot be read: {error}"
    different = [sasldb.key_of(key).login for key, value in pairs if users.get(key) != value]
    if not different:
        return "passed", ""
    more = f" and {len(different) - 3} more" if len(different) > 3 else ""
    return "failed", f"not so for {', '.join(different[:3])}{more}"


def live_credentials(database: str, realm: str) -> tuple[str, str] | None:
    """One login of the realm from the user database, or None while there is none."""
    try:
        found = sasldb.logins(sasldb.read(database), realm)
    except sasldb.Unreadable as error:
        raise Disagreement(f"the user database cannot be read: {error}") from error
    return next(((key.login, password) for key, password in found), None)


def connect(address: str, dialogue: Dialogue, deadline: float) -> smtplib.SMTP:
    """Connects, again and again until the deadline: right after a boot or reload the port may still be closed."""
    port = dialogue["port"]
    settings: dict[str, Any] = {"timeout": 20, "source_address": (address, 0)}
    while True:
        try:
            if dialogue["tls"] == "implicit":
                return smtplib.SMTP_SSL(address, port, "probe.invalid", context=smtp.unverified_context(), **settings)
            return smtplib.SMTP(address, port, "probe.invalid", **settings)
        except (OSError, smtplib.SMTPException) as error:
            if time.monotonic() > deadline:
                raise Disagreement(f"port {port} on {address} gave no greeting: {error}") from error
        time.sleep(0.1)


def start(client: smtplib.SMTP, dialogue: Dialogue, certificates: list[bytes]) -> None:
    """EHLO, STARTTLS where it is asked for, and the exact AUTH line the server then offers."""
    client.ehlo()
    if dialogue["tls"] == "starttls":
        if "auth" in client.esmtp_features:
            raise Disagreement("offers AUTH before TLS")
        reply = client.starttls(context=smtp.unverified_context())
        if reply[0] != 220:
            raise Disagreement(f"STARTTLS was answered {smtp.shown(reply)}")
        client.ehlo()
    if dialogue["tls"] != "none":
        certificates.append(smtp.served_certificate(client))
    offered = smtp.mechanisms(client)
    if offered != sorted(dialogue["offers"]):
        raise Disagreement(f"offers AUTH {' '.join(offered) or 'nothing'}")


def demand(what: str, reply: tuple[int, bytes], expected: int) -> None:
    if reply[0] != expected:
        raise Disagreement(f"{what} was answered {smtp.shown(reply)}, expected {expected}")


def sessions(steps: list[Step]) -> list[list[Step]]:
    """
    The steps of each session of a dialogue. A refusal is the last of its session: Postfix under stress, into which any
    stranger can bring a listener, ends a session after one error.
    """
    kept: list[Step] = []
    found = []
    for step in steps:
        if step["expect"] < 400:
            kept.append(step)
        else:
            found.append([*kept, step])
    refused_last = bool(steps) and steps[-1]["expect"] >= 400
    return found if refused_last else [*found, kept]


def hold(
    dialogue: Dialogue, address: str, credentials: tuple[str, str] | None, deadline: float, certificates: list[bytes]
) -> None:
    client = connect(address, dialogue, deadline)
    try:
        start(client, dialogue, certificates)
        if credentials:
            login = dialogue["login"]
            reply = smtp.authenticate(client, login["mechanism"], *credentials)
            demand(f"AUTH {login['mechanism']}", reply, login["expect"])
        for step in dialogue["steps"]:
            client.send("".join(line + "\r\n" for line in step.get("text", [])))
            demand(step["command"], client.docmd(step["command"]), step["expect"])
        smtp.leave(client)
    except (OSError, smtplib.SMTPException) as error:
        raise Disagreement(f"the dialogue broke off: {error}") from error
    finally:
        client.close()


def run(dialogue: Dialogue, plan: dict[str, Any], deadline: float, certificates: list[bytes]) -> Outcome:
    address = client_address(dialogue)
    networks = [ipaddress.ip_network(network) for network in plan["networks"]]
    if address is None:
        return "skipped", "this host has no IPv6 address" if about_ipv6(dialogue) else "this host has no route"
    if dialogue["from"] == "outside" and any(ipaddress.ip_address(address) in network for network in networks):
        return "skipped", f"this host's own address {address} is in mynetworks"
    credentials = dialogue.get("login", {}).get("credentials")
    try:
        if credentials == "live":
            credentials = live_credentials(**plan["users"])
            if credentials is None:
                return "skipped", "no user yet"
        for steps in sessions(dialogue["steps"]):
            hold({**dialogue, "steps": steps}, address, credentials, deadline, certificates)
    except Disagreement as disagreement:
        return "failed", str(disagreement)
    return "passed", ""


def certificate_facts(der: bytes, hostname: str, dialogue: Dialogue) -> dict[str, Any]:
    """A certificate as its clients meet it."""
    pem = ssl.DER_cert_to_PEM_cert(der)
    shown = x509.show("-dates", "-issuer", "-nameopt", "RFC2253,-esc_msb,utf8", pem=pem)
    _, end = x509.lifetime(shown) or (0, 0)
    return {
        "notAfter": time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(end)),
        "daysLeft": int((end - time.time()) // 86400),
        "issuer": x509.fields(shown)["issuer"],
        "trusted": trusted(hostname, dialogue),
        "sha256": fingerprint(der),
    }


def fingerprint(der: bytes) -> str:
    digest = x509.sha256(der).upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def trusted(hostname: str, dialogue: Dialogue) -> bool:
    """Whether a client that knows the usual authorities, those of this host, accepts the certificate for that name."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{dialogue['port']}", "-servername", hostname]
    command += ["-verify_hostname", hostname, "-verify_return_error"]
    if dialogue["tls"] == "starttls":
        command += ["-starttls", "smtp"]
    tried = subprocess.run(command, input=b"QUIT\n", capture_output=True, timeout=30, check=False)
    return tried.returncode == 0


def check_served(certificates: list[bytes], sha256: str) -> Outcome:
    """Whether every dialogue met the certificate that was supplied."""
    others = {fingerprint(der) for der in certificates} - {sha256}
    return ("failed", f"it serves {', '.join(sorted(others))}") if others else ("passed", "")


def reputation_doubts(hostname: str, lists: list[str]) -> list[str]:
    """Never fails the proof. Only a plan that asks for it comes with the module and its library."""
    try:
        import reputation

        return reputation.doubts(own_address(), hostname, lists)
    except Exception as error:
        return [f"How receivers see this host's address could not be looked up: {error}"]


def main() -> None:
    plan = json.load(sys.stdin)
    deadline = time.monotonic() + plan["patienceSeconds"]
    certificates: list[bytes] = []
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        doubts = pool.submit(reputation_doubts, **plan["reputation"]) if "reputation" in plan else None
        outcomes = list(pool.map(lambda d: run(d, plan, deadline, certificates), plan["dialogues"]))
    results = list(zip((dialogue["name"] for dialogue in plan["dialogues"]), outcomes))
    if "stored" in plan:
        results.append((plan["stored"]["name"], check_stored(plan["users"]["database"], plan["stored"]["pairs"])))
    served = plan.get("certificate")
    if served and "sha256" in served:
        results.append(("the relay serves the supplied certificate", check_served(certificates, served["sha256"])))
    failures = [f"{name}: {text}" for name, (outcome, text) in results if outcome == "failed"]
    if failures:
        sys.exit("\n".join(failures))
    warnings = doubts.result() if doubts else []
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    encrypted = [dialogue for dialogue in plan["dialogues"] if dialogue["tls"] != "none"]
    print(
        json.dumps(
            {
                "passed": [name for name, (outcome, _) in results if outcome == "passed"],
                "skipped": {name: text for name, (outcome, text) in results if outcome == "skipped"},
                "certificate": certificate_facts(certificates[0], served["hostname"], encrypted[0]) if served else None,
                "blockLists": plan.get("reputation", {}).get("lists", []),
                "warnings": warnings,
            }
        )
    )


if __name__ == "__main__":
    main()
