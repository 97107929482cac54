"""Asks the live configuration what it would answer to a client, by XCLIENT on the listeners for that on loopback.

Takes {"questions": [{"port", "client", "helo", "login", "sender", "recipients"}]}; `client` null means: as this host
itself, from its own address and without pretending, where XCLIENT must be refused; with "tls" also under TLS, and as
far as the recipients. No message is sent. The answer has every command with its reply.
"""

import ipaddress
import smtplib
import socket
import ssl

from asking import reason

PATIENCE = 8


def own_address():
    """The address other hosts see this one under; no packet is sent for a UDP connect."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return probe.getsockname()[0]


def xtext(value):
    """RFC 1891's form for a value: what is not a plain visible character travels as +XX."""
    plain = (byte for byte in value.encode())
    return "".join(chr(byte) if 33 <= byte <= 126 and byte not in b"+=" else f"+{byte:02X}" for byte in plain)


def pretence(question):
    """The XCLIENT command that makes this connection the client's."""
    address = ipaddress.ip_address(question["client"])
    shown = f"IPV6:{address}" if address.version == 6 else str(address)
    login = [f"LOGIN={xtext(question['login'])}"] if question.get("login") else []
    return " ".join(["XCLIENT", "NAME=[UNAVAILABLE]", f"ADDR={shown}", *login])


def commands(question):
    """Everything that is said, each line; XCLIENT starts the session over, so the greeting is asked for twice."""
    helo = question["helo"]
    if question["client"] is not None:
        opening = ["EHLO ask.invalid", pretence(question), f"EHLO {helo}"]
    elif question["tls"]:
        opening = [f"EHLO {helo}", "STARTTLS", f"EHLO {helo}"]
    else:
        return [f"EHLO {helo}", "XCLIENT ADDR=127.0.0.1"]
    envelope = [f"RCPT TO:<{recipient}>" for recipient in question["recipients"]]
    return [*opening, f"MAIL FROM:<{question['sender']}>", *envelope]


def ask(question):
    host = "127.0.0.1" if question["client"] is not None else own_address()
    replies = []
    # What is asked is what it answers; whether the certificate fits is asked elsewhere.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        client = smtplib.SMTP(timeout=PATIENCE, local_hostname="ask.invalid", source_address=(host, 0))
        code, text = client.connect(host, question["port"])
        replies.append({"command": None, "code": code, "text": text.decode(errors="replace")})
        for command in commands(question):
            code, text = client.docmd(command)
            replies.append({"command": command, "code": code, "text": text.decode(errors="replace")})
            # Nothing after it would be the client's any more.
            if command.startswith(("XCLIENT", "STARTTLS")) and code != 220:
                break
            if command == "STARTTLS":
                client.sock = context.wrap_socket(client.sock)
                client.file = None
        client.docmd("QUIT")
        client.close()
    except (OSError, smtplib.SMTPException) as error:
        return {"replies": replies, "problem": reason(error)}
    return {"replies": replies, "problem": None}


def look(args):
    return {"answers": [ask(question) for question in args["questions"]]}


def main(args):
    yield look(args)
