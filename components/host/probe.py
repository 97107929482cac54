#!/usr/bin/env python3
"""Holds SMTP dialogues and compares every reply with the one that is expected.

Reads a plan (JSON) from standard input, writes one JSON line with the result, exits 1 with one line per
disagreement on standard error. Only a plan for the trial instance, which nothing can leave, sends a message. A plan can
also say what the user database must hold, where passwords are compared, never shown, and which certificate must be
served.

Credentials in a plan: a login and password, or "live", which takes one pair from the user database on this host.
"""

import base64
import concurrent.futures
import hashlib
import hmac
import ipaddress
import json
import os
import smtplib
import socket
import ssl
import subprocess
import sys
import time

PARALLEL = 4


class Disagreement(Exception):
    """A reply other than the expected one."""


def address_towards(family, destination):
    """The address this host has on the way to another one; no packet is sent for a UDP connect."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((destination, 9))
            return probe.getsockname()[0]
    except OSError:
        return None


def own_address():
    """The address other hosts see this one under."""
    return address_towards(socket.AF_INET, "192.0.2.1")


def about_ipv6(dialogue):
    """Whether it is held by IPv6, or pretends to be."""
    return dialogue.get("ipv6") or any(" ADDR=IPV6:" in step["command"] for step in dialogue["steps"])


def client_address(dialogue):
    """Where a dialogue is held from, and to; None where this host has no such address."""
    loopback6 = address_towards(socket.AF_INET6, "::1")
    if about_ipv6(dialogue) and loopback6 is None:
        return None
    if dialogue.get("ipv6"):
        return loopback6 if dialogue["from"] == "loopback" else address_towards(socket.AF_INET6, "2001:db8::1")
    return "127.0.0.1" if dialogue["from"] == "loopback" else own_address()


def stored_users(database):
    """The user database as a dictionary from key to value, both in hexadecimal; empty while there is none."""
    if not os.path.exists(database):
        return {}
    dump = subprocess.run(["db_dump", database], capture_output=True, text=True, check=False)
    if dump.returncode != 0:
        raise Disagreement(f"the user database cannot be read: {dump.stderr.strip()}")
    lines = [line.strip() for line in dump.stdout.splitlines() if line.startswith(" ")]
    return dict(zip(lines[::2], lines[1::2]))


def login_of(key):
    login, realm, _ = bytes.fromhex(key).decode().split("\0")
    return f"{login}@{realm}"


def live_credentials(database, realm):
    """One login of the realm from the user database, or None while there is none."""
    ending = f"\0{realm}\0userPassword".encode().hex()
    for key, value in stored_users(database).items():
        if key.endswith(ending):
            return login_of(key), bytes.fromhex(value).decode()
    return None


def check_stored(database, pairs):
    """Whether every user is stored with the password given."""
    try:
        users = stored_users(database)
    except Disagreement as disagreement:
        return "failed", str(disagreement)
    different = [login_of(key) for key, value in pairs if users.get(key) != value]
    if not different:
        return "passed", ""
    more = f" and {len(different) - 3} more" if len(different) > 3 else ""
    return "failed", f"not so for {', '.join(different[:3])}{more}"


def tls_context():
    """The certificate may be self-signed; what is proved here is the dialogue, not the name."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(address, dialogue, deadline):
    """Connects, again and again until the deadline: right after a boot or reload nobody may listen yet."""
    port = dialogue["port"]
    settings = {"timeout": 20, "source_address": (address, 0)}
    while True:
        try:
            if dialogue["tls"] == "implicit":
                return smtplib.SMTP_SSL(address, port, "probe.invalid", context=tls_context(), **settings)
            return smtplib.SMTP(address, port, "probe.invalid", **settings)
        except (OSError, smtplib.SMTPException) as error:
            if time.monotonic() > deadline:
                raise Disagreement(f"port {port} on {address} gave no greeting: {error}") from error
        time.sleep(0.1)


def authenticate(client, mechanism, credentials):
    """AUTH as UTF-8 (RFC 4616), which smtplib's own login() cannot send."""
    login, password = (text.encode() for text in credentials)
    if mechanism == "LOGIN":
        client.docmd("AUTH LOGIN")
        client.docmd(encoded(login))
        return client.docmd(encoded(password))
    if mechanism == "CRAM-MD5":
        _, challenge = client.docmd("AUTH CRAM-MD5")
        digest = hmac.new(password, base64.b64decode(challenge), "md5").hexdigest()
        return client.docmd(encoded(login + b" " + digest.encode()))
    return client.docmd("AUTH PLAIN " + encoded(b"\0" + login + b"\0" + password))


def encoded(text):
    return base64.b64encode(text).decode()


def start(client, dialogue, certificates):
    """EHLO, STARTTLS where it is asked for, and the exact AUTH line the server then offers."""
    client.ehlo()
    if dialogue["tls"] == "starttls":
        if "auth" in client.esmtp_features:
            raise Disagreement("offers AUTH before TLS")
        code, text = client.starttls(context=tls_context())
        if code != 220:
            raise Disagreement(f"STARTTLS was answered {code} {text.decode(errors='replace')}")
        client.ehlo()
    if dialogue["tls"] != "none":
        certificates.append(ssl.DER_cert_to_PEM_cert(client.sock.getpeercert(binary_form=True)))
    # The old form "AUTH=..." repeats the mechanisms; smtplib adds both up.
    offered = sorted(set(client.esmtp_features.get("auth", "").split()))
    if offered != sorted(dialogue["offers"]):
        raise Disagreement(f"offers AUTH {' '.join(offered) or 'nothing'}")


def demand(what, reply, expected):
    code, text = reply
    if code != expected:
        raise Disagreement(f"{what} was answered {code} {text.decode(errors='replace')}, expected {expected}")


def hold(dialogue, address, credentials, deadline, certificates):
    client = connect(address, dialogue, deadline)
    try:
        start(client, dialogue, certificates)
        login = dialogue.get("login")
        if login:
            demand("AUTH " + login["mechanism"], authenticate(client, login["mechanism"], credentials), login["expect"])
        for step in dialogue["steps"]:
            client.send("".join(line + "\r\n" for line in step.get("text", [])))
            demand(step["command"], client.docmd(step["command"]), step["expect"])
        client.docmd("QUIT")
    except (OSError, smtplib.SMTPException) as error:
        raise Disagreement(f"the dialogue broke off: {error}") from error
    finally:
        client.close()


def run(dialogue, plan, deadline, certificates):
    """One dialogue: None when it agrees or cannot be held here, else what disagreed."""
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
        hold(dialogue, address, credentials, deadline, certificates)
    except Disagreement as disagreement:
        return "failed", str(disagreement)
    return "passed", ""


def certificate_facts(pem, hostname, dialogue):
    """A certificate as its clients meet it."""
    shown = subprocess.run(
        ["openssl", "x509", "-noout", "-enddate", "-issuer", "-nameopt", "RFC2253,-esc_msb,utf8"],
        input=pem, capture_output=True, text=True, check=True,
    )
    facts = dict(line.split("=", 1) for line in shown.stdout.strip().splitlines())
    end = ssl.cert_time_to_seconds(facts["notAfter"])
    return {
        "notAfter": time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(end)),
        "daysLeft": int((end - time.time()) // 86400),
        "issuer": facts["issuer"].strip(),
        "trusted": trusted(hostname, dialogue),
        "sha256": fingerprint(pem),
    }


def fingerprint(pem):
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    return ":".join(digest[at:at + 2] for at in range(0, len(digest), 2))


def trusted(hostname, dialogue):
    """Whether a client that knows the usual authorities, those of this host, accepts the certificate for that name."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{dialogue['port']}", "-servername", hostname,
               "-verify_hostname", hostname, "-verify_return_error"]
    if dialogue["tls"] == "starttls":
        command += ["-starttls", "smtp"]
    tried = subprocess.run(command, input=b"QUIT\n", capture_output=True, timeout=30, check=False)
    return tried.returncode == 0


def check_served(certificates, sha256):
    """Whether every dialogue met the certificate that was supplied."""
    others = {fingerprint(pem) for pem in certificates} - {sha256}
    return ("failed", f"it serves {', '.join(sorted(others))}") if others else ("passed", "")


def reputation_doubts(hostname, lists):
    """Never fails the proof. Only a plan that asks for it comes with the module and its library."""
    try:
        import reputation  # pylint: disable=import-outside-toplevel

        return reputation.doubts(own_address(), hostname, lists)
    except Exception as error:  # pylint: disable=broad-exception-caught
        return [f"How receivers see this host's address could not be looked up: {error}"]


def main():
    plan = json.load(sys.stdin)
    deadline = time.monotonic() + plan["patienceSeconds"]
    certificates = []
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
    print(json.dumps({
        "passed": [name for name, (outcome, _) in results if outcome == "passed"],
        "skipped": {name: text for name, (outcome, text) in results if outcome == "skipped"},
        "certificate": certificate_facts(certificates[0], served["hostname"], encrypted[0]) if served else None,
        "blockLists": plan.get("reputation", {}).get("lists", []),
        "warnings": warnings,
    }))


if __name__ == "__main__":
    main()
