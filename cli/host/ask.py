"""Asks the live configuration what it would answer to a client, by XCLIENT on the listeners for that on loopback.

Takes {"questions": [{"port", "client", "helo", "login", "sender", "recipients"}]}; `client` null means: as this host
itself, from its own address and without pretending, where XCLIENT must be refused; with "tls" also under TLS, and as
far as the recipients. No message is sent. The answer has every command with its reply.
"""

from __future__ import annotations

import ipaddress
import smtplib
from collections.abc import Iterator
from typing import Any, Dict

from lib.address import own_address
from lib.smtp import describe_error, leave, unverified_context

PATIENCE = 8

Question = Dict[str, Any]


def xtext(value: str) -> str:
    """RFC 1891's form for a value: what is not a plain visible character travels as +XX."""
    return "".join(chr(byte) if 33 <= byte <= 126 and byte not in b"+=" else f"+{byte:02X}" for byte in value.encode())


def pretence(question: Question) -> str:
    """The XCLIENT command that makes this connection the client's."""
    address = ipaddress.ip_address(question["client"])
    shown = f"IPV6:{address}" if address.version == 6 else str(address)
    login = [f"LOGIN={xtext(question['login'])}"] if question.get("login") else []
    return " ".join(["XCLIENT", "NAME=[UNAVAILABLE]", f"ADDR={shown}", *login])


def commands(question: Question) -> list[str]:
    """Every line of the dialogue; XCLIENT starts the session again, so EHLO is sent twice."""
    helo = question["helo"]
    if question["client"] is not None:
        opening = ["EHLO ask.invalid", pretence(question), f"EHLO {helo}"]
    elif question["tls"]:
        opening = [f"EHLO {helo}", "STARTTLS", f"EHLO {helo}"]
    else:
        return [f"EHLO {helo}", "XCLIENT ADDR=127.0.0.1"]
    envelope = [f"RCPT TO:<{recipient}>" for recipient in question["recipients"]]
    return [*opening, f"MAIL FROM:<{question['sender']}>", *envelope]


def ask(question: Question) -> dict[str, Any]:
    host = "127.0.0.1" if question["client"] is not None else own_address() or "127.0.0.1"
    replies: list[dict[str, Any]] = []

    def keep(command: str | None, reply: tuple[int, bytes]) -> int:
        code, text = reply
        replies.append({"command": command, "code": code, "text": text.decode(errors="replace")})
        return code

    try:
        client = smtplib.SMTP(timeout=PATIENCE, local_hostname="ask.invalid", source_address=(host, 0))
        keep(None, client.connect(host, question["port"]))
        for command in commands(question):
            code = keep(command, client.docmd(command))
            # Nothing after it would be the client's any more.
            if command.startswith(("XCLIENT", "STARTTLS")) and code != 220:
                break
            if command == "STARTTLS":
                start_tls(client)
        leave(client)
    except (OSError, smtplib.SMTPException) as error:
        return {"replies": replies, "problem": describe_error(error)}
    return {"replies": replies, "problem": None}


def start_tls(client: smtplib.SMTP) -> None:
    """Goes on under TLS; smtplib's own starttls() would send the command once more."""
    assert client.sock
    client.sock = unverified_context().wrap_socket(client.sock)
    client.file = None


def main(args: dict[str, Any]) -> Iterator[Any]:
    yield {"answers": [ask(question) for question in args["questions"]]}
