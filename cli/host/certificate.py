"""The certificate file the listeners serve: when it ends, which names it has, whether its key is the right one."""

import calendar
import hashlib
import re
import ssl
import time

from asking import expanded, said


def seconds(date):
    """openssl's own form, `Jan  2 03:04:05 2030 GMT`, in seconds since 1970."""
    return calendar.timegm(time.strptime(date, "%b %d %H:%M:%S %Y %Z"))


def names_in(text):
    """The host names of a certificate printed with -ext subjectAltName, or else its common name."""
    names = re.findall(r"DNS:([^,\s]+)", text)
    common = re.search(r"subject=.*?CN\s*=\s*([^,/\n]+)", text)
    return names or ([common[1].strip()] if common else [])


def facts(path, hostname):
    try:
        with open(path, encoding="utf-8") as file:
            pem = file.read()
    except OSError as error:
        return {"problem": f"{path} cannot be read: {error.strerror}"}
    shown = said("openssl", "x509", "-noout", "-subject", "-issuer", "-dates", "-ext", "subjectAltName", given=pem)
    if "notAfter=" not in shown:
        return {"problem": f"{path} holds no certificate"}
    lines = dict(line.split("=", 1) for line in shown.splitlines() if re.match(r"\w+=", line))
    matches = said("openssl", "x509", "-noout", "-checkhost", hostname, given=pem)
    own = said("openssl", "x509", "-noout", "-pubkey", given=pem)
    key = said("openssl", "pkey", "-pubout", given=pem)
    first = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", pem, re.S)
    return {
        "problem": None,
        "begins": seconds(lines["notBefore"]),
        "ends": seconds(lines["notAfter"]),
        "names": names_in(shown),
        "nameMatches": "does match" in matches,
        "keyMatches": own != "" and own == key,
        "selfSigned": lines["subject"] == lines["issuer"],
        "pem": first[0],
        "sha256": hashlib.sha256(ssl.PEM_cert_to_DER_cert(first[0])).hexdigest(),
    }


def look(_args):
    hostname = expanded("myhostname")
    path = expanded("smtpd_tls_chain_files").split(",")[0].strip()
    return {"path": path, "hostname": hostname, "now": int(time.time()), **facts(path, hostname)}
