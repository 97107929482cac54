#!/usr/bin/env python3
"""Has the relay's certificates issued by ACME, unless there are good ones, and renewed where certbot's timer did not.

There are two, ECDSA and RSA, because some clients know only the latter. Run by every deploy, and every 20 minutes by
mail-relay-certificate.timer, as root. Sends no request as long as both are good, but a deploy gives --look-ahead, to
hear today what would make the next renewal fail. Reads its configuration from the file it is given. With --authorities
it only writes down whom to trust as the directory's server, for certbot's own service.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from typing import Any, Dict

# The way to prove the name: http01.py or dns01.py, installed under this name.
import challenge

from lib import x509
from lib.lock import held

# What certbot calls each certificate, and the kind of its key; install.sh and certificate.sh know the names too.
KINDS = {"mail-relay": "ecdsa", "mail-relay-rsa": "rsa"}
HOOK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "install.sh")
SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
AUTHORITIES = "/run/mail-relay-acme-ca.pem"
# certbot's own timer comes earlier, unless lifetimes are so short that twice a day is too rare.
LEAST_SHARE = 1 / 3
PATIENCE = 240

Config = Dict[str, Any]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def write_authorities(config: Config) -> None:
    """The host's authorities and the directory's own: other certificates on this host renew by the same service."""
    if "authority" not in config:
        return
    texts = []
    for path in (SYSTEM_AUTHORITIES, config["authority"]):
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    with open(AUTHORITIES, "w", encoding="utf-8") as file:
        file.write("\n".join(texts))


def live(name: str) -> str:
    return f"/etc/letsencrypt/live/{name}/fullchain.pem"


def certbot(config: Config, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    if "authority" in config:
        environment["REQUESTS_CA_BUNDLE"] = AUTHORITIES
    command = ["certbot", *arguments, "--non-interactive", "--cert-name", name]
    try:
        return subprocess.run(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, f"certbot did not end within {PATIENCE} seconds")


def reason_of(output: str) -> str:
    """What the authority, or else certbot, gave as the reason; the rest is advice for other cases."""
    lines = [line.strip(" -") for line in output.splitlines()]
    lines = [line for line in lines if not line.startswith(("Ask for help", "Saving debug log"))]
    # Older versions of certbot break long lines; a detail ends at an empty line or at the next field.
    details: list[str] = re.findall(r"^(Detail:.*(?:\n(?![A-Z]\w*:).+)*)", "\n".join(lines), re.M)
    # Both certbot's report and its notes may have the same one.
    said = list(dict.fromkeys(" ".join(detail.split()) for detail in details))
    reason = " ".join(said or [line for line in lines if line][-3:])
    return reason if reason.endswith(".") else f"{reason}."


def issued(config: Config, name: str) -> bool:
    """Whether there is a certificate for this name from this authority, which renews the way that is wanted."""
    try:
        with open(f"/etc/letsencrypt/renewal/{name}.conf", encoding="utf-8") as file:
            renewal = dict(re.findall(r"^(\w+) = (.*)$", file.read(), re.M))
    except OSError:
        return False
    wanted = {"server": config["directoryUrl"], "authenticator": challenge.AUTHENTICATOR}
    return wanted.items() <= renewal.items() and "does match" in x509.show(
        "-in", live(name), "-checkhost", config["hostname"]
    )


def share_left(name: str) -> float:
    """How much of its lifetime the certificate still has: 1 for a new one, 0 or less for one that ended."""
    begins, ends = x509.lifetime(x509.show("-in", live(name), "-dates")) or (0, 1)
    return (ends - time.time()) / (ends - begins)


def issue(config: Config, name: str) -> bool:
    hostname = config["hostname"]
    later = "Until then the relay serves the certificate it has, and tries again every 20 minutes"
    obstacle = challenge.obstacle(hostname)
    if obstacle:
        say(f"no certificate yet: {obstacle} {later}")
        return False
    account = ["--email", config["email"]] if "email" in config else ["--register-unsafely-without-email"]
    result = certbot(
        config,
        name,
        "certonly",
        *challenge.ARGUMENTS,
        "--agree-tos",
        "--no-eff-email",
        *account,
        "--server",
        config["directoryUrl"],
        "-d",
        hostname,
        "--key-type",
        KINDS[name],
        "--deploy-hook",
        HOOK,
        "--force-renewal",
        "--renew-with-new-domains",
    )
    if result.returncode == 0:
        say(f"{hostname} has a new certificate ({KINDS[name].upper()})")
        return True
    say(f"no certificate yet: {why(config, result)} {later}")
    return False


def renew(config: Config, name: str) -> bool:
    result = certbot(config, name, "renew", "--no-random-sleep-on-renew")
    if result.returncode != 0:
        say(f"the certificate could not be renewed: {why(config, result)}")
    return result.returncode == 0


def look_ahead(config: Config) -> None:
    obstacle = challenge.obstacle(config["hostname"])
    if obstacle:
        say(f"the certificate is good, but could not be renewed today: {obstacle}")


def see_to(config: Config, name: str) -> bool:
    """Whether there is a good certificate of that name in the end."""
    if not issued(config, name):
        return issue(config, name)
    return share_left(name) > LEAST_SHARE or renew(config, name)


def why(config: Config, result: subprocess.CompletedProcess[str]) -> str:
    advice = challenge.advice(config["hostname"], result.stdout)
    return " ".join(part for part in (reason_of(result.stdout), advice) if part)


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        config = json.load(file)
    write_authorities(config)
    options = sys.argv[2:]
    if options == ["--authorities"]:
        return 0
    with held("acme"):
        if options == ["--look-ahead"] and all(
            issued(config, name) and share_left(name) > LEAST_SHARE for name in KINDS
        ):
            look_ahead(config)
        # What keeps the first from being issued would keep the second too, and failures count against limits.
        good = all(see_to(config, name) for name in KINDS)
        # Where certbot was cut off between a certificate and its hook.
        if any(issued(config, name) for name in KINDS):
            subprocess.run([HOOK], check=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
