"""Verifies a DKIM signature (RFC 6376) as a receiver does, with nothing of the program that made it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import subprocess
import tempfile
from pathlib import Path

PATIENCE = 60


def problem(message: bytes, domain: str, selector: str, public_key: str) -> str:
    """Why the first signature of a message does not count for the domain; empty where it does. The key is PEM."""
    head, _, body = message.partition(b"\r\n\r\n")
    headers = [(name, value) for name, _, value in (line.partition(b":") for line in unfolded(head))]
    signature = next((value for name, value in headers if name.lower() == b"dkim-signature"), None)
    if signature is None:
        return "it has no signature"
    tags = tags_of(signature.decode(errors="replace"))
    expected = {"d": domain, "s": selector, "a": "rsa-sha256", "c": "relaxed/relaxed"}
    for tag, value in expected.items():
        if tags.get(tag) != value:
            return f"its signature has {tag}={tags.get(tag, '')} and not {value}"
    try:
        if base64.b64decode(tags["bh"]) != hashlib.sha256(relaxed_body(body)).digest():
            return "its text is not the one that was signed"
        signed = signed_headers(headers, signature, tags["h"])
        if not verified(signed, base64.b64decode(tags["b"]), public_key):
            return "its headers are not those that were signed, or the key is another one"
    except (KeyError, binascii.Error):
        return "its signature cannot be read"
    return ""


def unfolded(head: bytes) -> list[bytes]:
    return re.split(rb"\r\n(?![ \t])", head)


def tags_of(text: str) -> dict[str, str]:
    pairs = (tag.partition("=") for tag in text.split(";") if "=" in tag)
    return {name.strip(): re.sub(r"\s+", "", value) for name, _, value in pairs}


def relaxed_body(body: bytes) -> bytes:
    """RFC 6376 3.4.4."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    text = b"\r\n".join(lines).rstrip(b"\r\n")
    return text + b"\r\n" if text else b""


def relaxed_header(name: bytes, value: bytes) -> bytes:
    """RFC 6376 3.4.2."""
    return name.strip().lower() + b":" + re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip()


def signed_headers(headers: list[tuple[bytes, bytes]], signature: bytes, names: str) -> bytes:
    """What the signature is over (RFC 6376 3.7): of a name that is there more than once, the lowest comes first."""
    rest = list(headers)
    lines = []
    for name in names.lower().encode().split(b":"):
        at = max((index for index, (other, _) in enumerate(rest) if other.lower() == name), default=None)
        if at is not None:
            lines.append(relaxed_header(*rest.pop(at)) + b"\r\n")
    unsigned = re.sub(rb"((?:^|;)\s*b\s*=)[^;]*", rb"\1", signature)
    return b"".join(lines) + relaxed_header(b"DKIM-Signature", unsigned)


def verified(data: bytes, signature: bytes, public_key: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        key_file = Path(folder, "key")
        key_file.write_text(public_key, encoding="ascii")
        signature_file = Path(folder, "signature")
        signature_file.write_bytes(signature)
        command = ["openssl", "dgst", "-sha256", "-verify", str(key_file), "-signature", str(signature_file)]
        return subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE, check=False).returncode == 0
