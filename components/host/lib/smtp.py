"""What smtplib lacks: a session over an open connection, AUTH as UTF-8, TLS without checks, and short errors."""

from __future__ import annotations

import base64
import contextlib
import hmac
import smtplib
import socket
import ssl

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")


class Session(smtplib.SMTP):
    """An SMTP session over a connection that is already open."""

    def __init__(self, connection: socket.socket, host: str, helo: str, timeout: float) -> None:
        self.connection = connection
        super().__init__(host, local_hostname=helo, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.connection


def unverified_context() -> ssl.SSLContext:
    """For dialogues that do not judge the certificate, which may be self-signed."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def served_certificate(client: smtplib.SMTP) -> bytes:
    """The certificate of a session under TLS, in DER."""
    assert isinstance(client.sock, ssl.SSLSocket)
    return client.sock.getpeercert(binary_form=True) or b""


def mechanisms(client: smtplib.SMTP) -> list[str]:
    # The old form "AUTH=..." repeats the mechanisms; smtplib adds both up.
    return sorted(set(client.esmtp_features.get("auth", "").split()))


def authenticate(client: smtplib.SMTP, mechanism: str, login: str, password: str) -> tuple[int, bytes]:
    """AUTH as UTF-8 (RFC 4616), which smtplib's own login() cannot send."""
    user, secret = (text.encode(errors="surrogateescape") for text in (login, password))
    if mechanism == "LOGIN":
        client.docmd("AUTH LOGIN")
        client.docmd(encoded(user))
        return client.docmd(encoded(secret))
    if mechanism == "CRAM-MD5":
        _, challenge = client.docmd("AUTH CRAM-MD5")
        digest = hmac.new(secret, base64.b64decode(challenge), "md5").hexdigest()
        return client.docmd(encoded(user + b" " + digest.encode()))
    return client.docmd("AUTH PLAIN " + encoded(b"\0" + user + b"\0" + secret))


def leave(client: smtplib.SMTP) -> None:
    """Ends a session, also one that the server has ended already."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        client.docmd("QUIT")
    client.close()


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode()


def shown(reply: tuple[int, bytes]) -> str:
    code, text = reply
    return f"{code} {text.decode(errors='replace')}"


def reply_of(error: smtplib.SMTPResponseException) -> tuple[int, bytes]:
    text = error.smtp_error
    return error.smtp_code, text if isinstance(text, bytes) else text.encode()


def describe_error(error: Exception) -> str:
    """One short text for what ended a connection or a dialogue."""
    if isinstance(error, smtplib.SMTPResponseException):
        return shown(reply_of(error))
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "no answer"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
