"""The dialogue with one smart host, as Postfix is going to hold it, up to the sender; a message is never sent."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from typing import Any

from hopaddress import SECONDS, Hop, Passing, Refusal, addresses
from lib import x509
from lib.smtp import Session, authenticate, encoded, reply_of, served_certificate, shown, unverified_context

TRIES = 3  # where an answer or its absence may be a passing one
BLOCKED = (25, 465, 587)


def refusal(what: str, reply: tuple[int, bytes], for_good: type[Refusal] = Refusal) -> Refusal:
    kind = Passing if reply[0] // 100 == 4 else for_good
    return kind(f"{what}: {answer(reply)}")


def answer(reply: tuple[int, bytes]) -> str:
    return shown(reply).replace("\n", " ")


class Final(Refusal):
    """What Postfix returns mail for, whatever other servers would say."""


def connect(hop: Hop) -> socket.socket:
    port = hop["port"]
    family, address = hop["at"]
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.settimeout(SECONDS)
    try:
        connection.connect((address, port))
        return connection
    except socket.timeout:
        why = "the cloud blocks 25, 465 and 587 on their way out" if port in BLOCKED else "a firewall is in between"
        failed = Refusal(f"nothing answers on port {port} within {SECONDS} seconds, as where {why}. {hop['otherPort']}")
    except ConnectionRefusedError:
        failed = Passing(f"the connection to port {port} is refused: nobody listens there")
    except OSError as error:
        failed = Passing(f"port {port} cannot be reached: {error.strerror or error}")
    connection.close()
    raise failed


VERSIONS = {
    "!TLSv1": ssl.TLSVersion.TLSv1,
    "!TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "!TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "!TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


def tls_context(hop: Hop) -> ssl.SSLContext:
    if hop["tls"] == "verified":
        context = ssl.create_default_context(cafile=hop["caFile"], capath=hop.get("caPath"))
        # Newer Pythons are stricter about the form of certificates than Postfix is.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    else:
        context = unverified_context()
    context.minimum_version = next(version for word, version in VERSIONS.items() if word not in hop["tlsProtocols"])
    if "certificate" in hop:
        try:
            context.load_cert_chain(hop["certificate"]["file"], hop["certificate"].get("key"))
        except OSError as error:
            raise Refusal(f"the client certificate {hop['certificate']['file']} cannot be used: {error}") from error
    return context


def names_in_certificate(hop: Hop) -> str | None:
    """Whom the certificate is for, or None: only to say so."""
    try:
        session = start(dict(hop, tls="required"), "localhost")
        pem = ssl.DER_cert_to_PEM_cert(served_certificate(session))
        session.close()
    except (Refusal, OSError, smtplib.SMTPException):
        return None
    return ", ".join(x509.names(x509.show("-ext", "subjectAltName", pem=pem)))


def bad_tls(hop: Hop, error: ssl.SSLError) -> Refusal:
    if isinstance(error, ssl.SSLCertVerificationError):
        if "mismatch" in error.verify_message.lower():
            return Refusal(f"its certificate is not for {hop['host']} but for {names_in_certificate(hop) or 'others'}")
        return Refusal(f"its certificate is not to be trusted: {error.verify_message}")
    if hop["wrapperMode"] and getattr(error, "reason", "") in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
        return Refusal(f"port {hop['port']} does not speak TLS from the first byte: set wrapperMode to false")
    return Refusal(f"TLS fails: {error}")


def start(hop: Hop, helo: str) -> Session:
    """A session that has come as far as EHLO, under TLS where that is wanted or offered."""
    connection = connect(hop)
    try:
        if hop["wrapperMode"]:
            connection = tls_context(hop).wrap_socket(connection, server_hostname=hop["host"])
        session = Session(connection, hop["host"], helo, SECONDS)
    except ssl.SSLError as error:
        raise bad_tls(hop, error) from error
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
    return session if hop["wrapperMode"] or hop["tls"] == "none" else start_tls(session, hop, helo)


def start_tls(session: Session, hop: Hop, helo: str) -> Session:
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
            return start(dict(hop, tls="none"), helo)
        raise bad_tls(hop, error) if isinstance(error, ssl.SSLError) else error from None
    session.ehlo()
    return session


def log_in(session: Session, mechanisms: list[str], login: dict[str, str]) -> None:
    offered = session.esmtp_features.get("auth", "").upper().split()
    # As main.cf has Postfix choose, see smtp_reply_filter there.
    mechanism = next((name for name in mechanisms if name in offered), None)
    if mechanism is None:
        raise Refusal(f"it takes no login: AUTH {' '.join(offered) or 'is not offered'}")
    reply = authenticate(session, mechanism, login["name"], login["password"])
    if reply[0] != 235:
        shape = f". {login['shape']}" if reply[0] // 100 == 5 and "shape" in login else ""
        failed = refusal(f"it refuses the login {login['name']} or its password", reply)
        raise type(failed)(f"{failed}{shape}")


def hold(hop: Hop) -> str | None:
    """Goes from server to server as Postfix does, and says what is worth knowing, if anything is."""
    sessions = 0
    failed: list[Exception] = []
    for at in addresses(hop):
        try:
            session = start({**hop, "at": at}, hop["helo"])
        except (Refusal, OSError, smtplib.SMTPException) as error:
            failed.append(error)
            continue
        try:
            return hand_over(session, hop)
        except Final:
            raise
        except (Refusal, OSError, smtplib.SMTPException) as error:
            # It came further than those that did not answer, so it says more.
            failed.insert(0, error)
        sessions += 1
        if sessions == hop["addresses"]["sessions"]:
            break
    raise failed[0]


def hand_over(session: Session, hop: Hop) -> str | None:
    try:
        if "login" in hop:
            log_in(session, hop["mechanisms"], hop["login"])
        reply = session.docmd(f"MAIL FROM:<{hop['sender']}>")
        if reply[0] == 530 and "login" not in hop:
            raise Final(f"it wants a login: {answer(reply)}")
        if reply[0] != 250:
            raise refusal(f"it refuses the sender {hop['sender']}", reply, Final)
        session.docmd("RSET")
        return bounces_refused(session, hop)
    finally:
        session.close()


def bounces_refused(session: Session, hop: Hop) -> str | None:
    try:
        reply = session.docmd("MAIL FROM:<>")
        session.docmd("QUIT")
    except (OSError, smtplib.SMTPException):
        return None
    if hop["refusesBounces"] or reply[0] // 100 in (2, 4):
        return None
    told = (
        "the postmaster receives them instead"
        if hop["postmasterTold"]
        else "nobody is told, add 2bounce to notify_classes"
    )
    return f"it takes no bounces (MAIL FROM:<> is answered {answer(reply)}): {told}"


def try_hop(hop: Hop, plan: dict[str, Any]) -> str | None:
    """Raises a Refusal where mail cannot be handed on; else says what is worth knowing, if anything is."""
    hop = {**plan, **hop}
    for rest in reversed(range(TRIES)):
        try:
            return hold(hop)
        except Passing:
            if rest == 0:
                raise
        except (OSError, smtplib.SMTPException) as error:
            if rest == 0:
                raise Refusal(f"the dialogue broke off: {error}") from error
        time.sleep(1)
    return None


def without_secrets(text: str, login: dict[str, str] | None) -> str:
    """A server may repeat what it was sent."""
    secrets = [login["password"], encoded(login["password"].encode())] if login else []
    if login:
        secrets.append(encoded(f"\0{login['name']}\0{login['password']}".encode()))
    for secret in secrets:
        text = text.replace(secret, "[secret]")
    return text
