"""The dialogue with one smart host, as Postfix is going to hold it, up to the sender; a message is never sent."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from typing import Any, Dict

from lib import x509
from lib.smtp import MECHANISMS, Session, authenticate, encoded, reply_of, served_certificate, shown, unverified_context

SECONDS = 8  # for each answer
TRIES = 3  # where an answer or its absence may be a passing one
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"  # as main.cf has it
BLOCKED = (25, 465, 587)

Hop = Dict[str, Any]


class Refusal(Exception):
    """What is wrong, as a sentence for people."""


class Passing(Refusal):
    """The same, but another try could go well."""


def refusal(what: str, reply: tuple[int, bytes]) -> Refusal:
    kind = Passing if reply[0] // 100 == 4 else Refusal
    return kind(f"{what}: {answer(reply)}")


def answer(reply: tuple[int, bytes]) -> str:
    return shown(reply).replace("\n", " ")


def addresses(hop: Hop, family: socket.AddressFamily) -> list[tuple[Any, ...]]:
    try:
        found = socket.getaddrinfo(hop["host"], hop["port"], family, socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise Passing(f"the resolver does not answer for {hop['host']}") from error
        raise Refusal(f"there is no host of the name {hop['host']}") from error
    versions = (socket.AF_INET, socket.AF_INET6)
    return [address for version in versions for address in [to for kind, *_, to in found if kind == version][:2]]


def connect(hop: Hop, family: socket.AddressFamily) -> socket.socket:
    port = hop["port"]
    for address in addresses(hop, family):
        try:
            return socket.create_connection(address[:2], SECONDS)
        except socket.timeout:
            why = "the cloud blocks 25, 465 and 587 on their way out" if port in BLOCKED else "a firewall is in between"
            failed = Refusal(
                f"nothing answers on port {port} within {SECONDS} seconds, as where {why}. {hop['otherPort']}"
            )
        except ConnectionRefusedError:
            failed = Passing(f"the connection to port {port} is refused: nobody listens there")
        except OSError as error:
            failed = Passing(f"port {port} cannot be reached: {error.strerror or error}")
    raise failed


def tls_context(hop: Hop) -> ssl.SSLContext:
    if hop["tls"] != "verified":
        return unverified_context()
    context = ssl.create_default_context(cafile=AUTHORITIES)
    # Newer Pythons are stricter about the form of certificates than Postfix is.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def names_in_certificate(hop: Hop, family: socket.AddressFamily) -> str | None:
    """Whom the certificate is for, or None: only to say so."""
    try:
        session = start(dict(hop, tls="required"), family, "localhost")
        pem = ssl.DER_cert_to_PEM_cert(served_certificate(session))
        session.close()
    except (Refusal, OSError, smtplib.SMTPException):
        return None
    return ", ".join(x509.names(x509.show("-ext", "subjectAltName", pem=pem)))


def bad_tls(hop: Hop, error: ssl.SSLError, family: socket.AddressFamily) -> Refusal:
    if isinstance(error, ssl.SSLCertVerificationError):
        if "mismatch" in error.verify_message.lower():
            return Refusal(
                f"its certificate is not for {hop['host']} but for {names_in_certificate(hop, family) or 'others'}"
            )
        return Refusal(f"its certificate is not to be trusted: {error.verify_message}")
    if hop["wrapperMode"] and getattr(error, "reason", "") in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
        return Refusal(f"port {hop['port']} does not speak TLS from the first byte: set wrapperMode to false")
    return Refusal(f"TLS fails: {error}")


def start(hop: Hop, family: socket.AddressFamily, helo: str) -> Session:
    """A session that has come as far as EHLO, under TLS where that is wanted or offered."""
    connection = connect(hop, family)
    try:
        if hop["wrapperMode"]:
            connection = tls_context(hop).wrap_socket(connection, server_hostname=hop["host"])
        session = Session(connection, hop["host"], helo, SECONDS)
    except ssl.SSLError as error:
        raise bad_tls(hop, error, family) from error
    except smtplib.SMTPConnectError as error:
        raise refusal("it does not greet", reply_of(error)) from error
    except smtplib.SMTPServerDisconnected as error:
        if "timed out" not in str(error):
            raise Passing(f"port {hop['port']} takes connections, but closes them without a greeting") from error
        hint = "" if hop["wrapperMode"] else "; if TLS starts with the first byte there, set wrapperMode to true"
        raise Refusal(
            f"port {hop['port']} takes connections, but does not greet within {SECONDS} seconds{hint}"
        ) from error
    reply = session.ehlo()
    if reply[0] != 250:
        raise refusal("it refuses EHLO", reply)
    return session if hop["wrapperMode"] or hop["tls"] == "none" else start_tls(session, hop, family, helo)


def start_tls(session: Session, hop: Hop, family: socket.AddressFamily, helo: str) -> Session:
    opportunistic = hop["tls"] == "opportunistic"
    if not session.has_extn("starttls"):
        if opportunistic:
            return session
        raise Refusal(f"it offers no STARTTLS on port {hop['port']}, and tls is {hop['tls']}")
    try:
        reply = session.starttls(context=tls_context(hop))
        if reply[0] != 220:
            raise refusal("it refuses STARTTLS", reply)
    except (ssl.SSLError, Refusal) as error:
        session.close()
        if opportunistic:  # Postfix goes on without, too
            return start(dict(hop, tls="none"), family, helo)
        raise bad_tls(hop, error, family) if isinstance(error, ssl.SSLError) else error from None
    session.ehlo()
    return session


def log_in(session: Session, login: dict[str, str]) -> None:
    offered = session.esmtp_features.get("auth", "").split()
    mechanism = next((name for name in MECHANISMS if name in offered), None)
    if mechanism is None:
        raise Refusal(f"it takes no login: AUTH {' '.join(offered) or 'is not offered'}")
    reply = authenticate(session, mechanism, login["name"], login["password"])
    if reply[0] != 235:
        shape = f". {login['shape']}" if reply[0] // 100 == 5 and "shape" in login else ""
        failed = refusal(f"it refuses the login {login['name']} or its password", reply)
        raise type(failed)(f"{failed}{shape}")


def hold(hop: Hop, family: socket.AddressFamily, helo: str) -> None:
    session = start(hop, family, helo)
    try:
        if "login" in hop:
            log_in(session, hop["login"])
        reply = session.docmd(f"MAIL FROM:<{hop['sender']}>")
        if reply[0] == 530 and "login" not in hop:
            raise Refusal(f"it wants a login: {answer(reply)}")
        if reply[0] != 250:
            raise refusal(f"it refuses the sender {hop['sender']}", reply)
        session.docmd("RSET")
        session.docmd("QUIT")
    finally:
        session.close()


def try_hop(hop: Hop, plan: dict[str, Any]) -> None:
    family = socket.AF_INET if plan["inetProtocols"] == "ipv4" else socket.AF_UNSPEC
    for rest in reversed(range(TRIES)):
        try:
            hold(hop, family, plan["helo"])
            return
        except Passing:
            if rest == 0:
                raise
        except (OSError, smtplib.SMTPException) as error:
            if rest == 0:
                raise Refusal(f"the dialogue broke off: {error}") from error
        time.sleep(1)


def without_secrets(text: str, login: dict[str, str] | None) -> str:
    """A server may repeat what it was sent."""
    secrets = [login["password"], encoded(login["password"].encode())] if login else []
    if login:
        secrets.append(encoded(f"\0{login['name']}\0{login['password']}".encode()))
    for secret in secrets:
        text = text.replace(secret, "[secret]")
    return text
