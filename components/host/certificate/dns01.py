"""dns-01: a TXT record in the name's domain at DigitalOcean answers the authority, and is taken out again.

certbot runs this file as its hooks, with `set` and `clear`. certbot has a plugin that does the same, but Debian 13
ships it no more.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from typing import Any

AUTHENTICATOR = "manual"
HOOK = f"python3 -B {os.path.abspath(__file__)}"
ARGUMENTS = [
    "--manual",
    "--preferred-challenges",
    "dns",
    "--manual-auth-hook",
    f"{HOOK} set",
    "--manual-cleanup-hook",
    f"{HOOK} clear",
]
# Renewals read it too; in certbot's own files it is not.
TOKEN_FILE = "/etc/mail-relay-digitalocean-token"
API = "https://api.digitalocean.com/v2"
PATIENCE = 30
# In seconds; DigitalOcean's least. After that no name server answers with the record of an earlier try any more.
TTL = 30
EXPLANATIONS = {
    401: "DigitalOcean does not know the token in tls.acme.digitalOceanToken",
    403: "DigitalOcean demands that the token in tls.acme.digitalOceanToken has the scopes domain:read, domain:create, "
    "domain:update and domain:delete",
}


class Refused(Exception):
    """What DigitalOcean did not do, and why."""


def ask(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """The answer as an object; None for what does not exist."""
    with open(TOKEN_FILE, encoding="utf-8") as file:
        token = file.read().strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return json.loads(response.read() or "{}")
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        explanation = EXPLANATIONS.get(
            error.code, f"DigitalOcean answered {error.code} {error.reason} to {method} {path}"
        )
        raise Refused(explanation) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused(f"DigitalOcean could not be asked ({error})") from error


def domain_of(hostname: str) -> str:
    """The domain at DigitalOcean that holds the name; of several the longest."""
    labels = hostname.split(".")
    for first in range(len(labels) - 1):
        domain = ".".join(labels[first:])
        if ask("GET", f"/domains/{domain}"):
            return domain
    raise Refused(
        f"DigitalOcean has no domain for {hostname} in the team of tls.acme.digitalOceanToken; add it there, or leave "
        "the token out"
    )


def record_of(hostname: str) -> tuple[str, str]:
    """Domain and name of the record the authority looks at."""
    domain = domain_of(hostname)
    return domain, f"_acme-challenge.{hostname}"[: -len(domain) - 1]


def set_record(hostname: str, value: str) -> None:
    domain, name = record_of(hostname)
    ask("POST", f"/domains/{domain}/records", {"type": "TXT", "name": name, "data": value, "ttl": TTL})
    time.sleep(TTL)


def clear_record(hostname: str) -> None:
    """All records of that name, for one of a run that was cut off may be left."""
    domain, name = record_of(hostname)
    found = ask("GET", f"/domains/{domain}/records?type=TXT&name={name}.{domain}&per_page=200") or {}
    for record in found.get("domain_records", []):
        if (record["type"], record["name"]) == ("TXT", name):
            ask("DELETE", f"/domains/{domain}/records/{record['id']}")


def obstacle(hostname: str) -> str | None:
    """Why it would be of no use to ask now, as far as reading tells."""
    try:
        domain_of(hostname)
    except Refused as error:
        return f"{error}."
    return None


def advice(_hostname: str, output: str) -> str:
    if re.search("Detail:.*TXT", output, re.S) and "Detail: DigitalOcean" not in output:
        return (
            "DigitalOcean has taken the record, but the world does not see it: the domain's NS records must lead to "
            "ns1.digitalocean.com and its fellows."
        )
    return ""


def main() -> None:
    hostname = os.environ["CERTBOT_DOMAIN"]
    try:
        if sys.argv[1] == "set":
            set_record(hostname, os.environ["CERTBOT_VALIDATION"])
        else:
            clear_record(hostname)
    except Refused as error:
        # In the form of what the authority says, for certbot passes both on.
        sys.exit(f"Detail: {error}.")


if __name__ == "__main__":
    main()
