"""The certificate file the listeners serve: when it ends, which names it has, whether its key is the right one."""

from __future__ import annotations

import re
import ssl
import time
from typing import Any

from lib import x509
from lib.postfix import parameter
from lib.process import output_of


def names_in(text: str) -> list[str]:
    """The host names of a certificate printed with -ext subjectAltName, or else its common name."""
    common = re.search(r"subject=.*?CN\s*=\s*([^,/\n]+)", text)
    return x509.names(text) or ([common[1].strip()] if common else [])


def facts(path: str, hostname: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            pem = file.read()
    except OSError as error:
        return {"problem": f"{path} cannot be read: {error.strerror}"}
    shown = x509.show("-subject", "-issuer", "-dates", "-ext", "subjectAltName", pem=pem)
    lifetime = x509.lifetime(shown)
    first = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", pem, re.S)
    if lifetime is None or first is None:
        return {"problem": f"{path} holds no certificate"}
    lines = x509.fields(shown)
    own = x509.show("-pubkey", pem=pem)
    key = output_of("openssl", "pkey", "-pubout", given=pem)
    return {
        "problem": None,
        "begins": lifetime[0],
        "ends": lifetime[1],
        "names": names_in(shown),
        "nameMatches": "does match" in x509.show("-checkhost", hostname, pem=pem),
        "keyMatches": own != "" and own == key,
        "selfSigned": lines["subject"] == lines["issuer"],
        "pem": first[0],
        "sha256": x509.sha256(ssl.PEM_cert_to_DER_cert(first[0])),
    }


def inspect(_args: dict[str, Any]) -> dict[str, Any]:
    hostname = parameter("myhostname")
    path = parameter("smtpd_tls_chain_files").split(",")[0].strip()
    return {"path": path, "hostname": hostname, "now": int(time.time()), **facts(path, hostname)}
