"""Which servers this host reaches: connects to each and talks as far as EHLO, all at once, in bounded time.

Takes {"targets": [{"host", "port", "implicit"}], "seconds": number}; the configured next hop is tried besides.
"""

import re
import smtplib
import socket
import ssl
import threading
import time

from asking import expanded, reason


def next_hop(relayhost):
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


def talk(target, seconds):
    """How far it goes: resolve, connect, greeting, ehlo; `reached` is the last stage that went well."""
    seen = {**target, "reached": None, "problem": None, "address": None, "startTls": None, "mechanisms": []}
    begun = time.monotonic()
    try:
        address = socket.getaddrinfo(target["host"], target["port"], socket.AF_INET, socket.SOCK_STREAM)[0][4]
        seen.update(reached="resolve", address=address[0])
        with socket.create_connection(address, timeout=seconds) as raw:
            seen["reached"] = "connect"
            greet(raw, target, seconds, seen)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        seen["problem"] = reason(error)
    seen["milliseconds"] = round((time.monotonic() - begun) * 1000)
    return seen


def greet(raw, target, seconds, seen):
    client = smtplib.SMTP(local_hostname=expanded("myhostname"), timeout=seconds)
    client._host = target["host"]
    if target["implicit"]:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        raw = context.wrap_socket(raw, server_hostname=target["host"])
    client.sock = raw
    client.file = None
    code, text = client.getreply()
    if code != 220:
        raise smtplib.SMTPException(f"greeted with {code} {text.decode(errors='replace')}")
    seen["reached"] = "greeting"
    code, text = client.ehlo()
    if code != 250:
        raise smtplib.SMTPException(f"answered EHLO with {code} {text.decode(errors='replace')}")
    seen["reached"] = "ehlo"
    seen["startTls"] = client.has_extn("starttls")
    seen["mechanisms"] = client.esmtp_features.get("auth", "").split()
    client.docmd("QUIT")


def look(args):
    seconds = args["seconds"]
    relayhost = expanded("relayhost")
    hop = next_hop(relayhost)
    if hop and expanded("smtp_tls_wrappermode") == "yes":
        hop["implicit"] = True
    targets = [{**target, "nextHop": False} for target in args["targets"]] + ([{**hop, "nextHop": True}] if hop else [])
    late = {"reached": None, "problem": "no answer", "address": None, "startTls": None, "mechanisms": []}
    outcomes = [{**target, **late, "milliseconds": seconds * 2000} for target in targets]

    def keep(index, target):
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
        "tls": expanded("smtp_tls_security_level"),
        "login": expanded("smtp_sasl_auth_enable") == "yes",
        "outcomes": list(outcomes),
    }
