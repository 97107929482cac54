"""Certificates, as openssl prints them."""

from __future__ import annotations

import hashlib
import re
import ssl

from lib.process import output_of


def show(*options: str, pem: str | None = None) -> str:
    """What `openssl x509` prints about a certificate given as text, or by `-in` as a file."""
    return output_of("openssl", "x509", "-noout", *options, given=pem)


def fields(text: str) -> dict[str, str]:
    """The lines `name=value`, such as `notAfter` and `issuer`."""
    return {name: value.strip() for name, value in re.findall(r"^(\w+)=(.*)$", text, re.M)}


def lifetime(text: str) -> tuple[int, int] | None:
    """When the certificate begins and ends, in seconds since 1970; None where openssl printed no dates."""
    shown = fields(text)
    try:
        return ssl.cert_time_to_seconds(shown["notBefore"]), ssl.cert_time_to_seconds(shown["notAfter"])
    except (KeyError, ValueError):
        return None


def names(text: str) -> list[str]:
    """The host names in what `-ext subjectAltName` prints."""
    return re.findall(r"DNS:([^,\s]+)", text)


def sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()
