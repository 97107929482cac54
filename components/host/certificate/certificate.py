#!/usr/bin/env python3
"""Has the relay's certificate issued by ACME, unless there is a good one, and renewed where certbot's timer did not.

Run by every deploy, and every 20 minutes by mail-relay-certificate.timer, as root; asks nobody anything as long as the
certificate is good. Reads its configuration from the file it is given. With --authorities it only writes down whom to
trust as the directory's server, for certbot's own service.
"""

import fcntl
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time

import dns.exception
import dns.resolver

NAME = "mail-relay"
LIVE = f"/etc/letsencrypt/live/{NAME}/fullchain.pem"
RENEWAL = f"/etc/letsencrypt/renewal/{NAME}.conf"
HOOK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "install.sh")
SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
AUTHORITIES = "/run/mail-relay-acme-ca.pem"
# systemd-resolved's own answers for the host's name come from /etc/hosts; this names the servers behind it.
RESOLVERS = ("/run/systemd/resolve/resolv.conf", "/etc/resolv.conf")
# certbot's own timer comes earlier, unless lifetimes are so short that twice a day is too rare.
LEAST_SHARE = 1 / 3
PATIENCE = 240


def say(text):
    print(text, file=sys.stderr, flush=True)


def write_authorities(config):
    """The host's authorities and the directory's own, because other certificates on this host renew by the same service."""
    if "authority" not in config:
        return
    texts = []
    for path in (SYSTEM_AUTHORITIES, config["authority"]):
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    with open(AUTHORITIES, "w", encoding="utf-8") as file:
        file.write("\n".join(texts))


def certbot(config, *arguments):
    environment = dict(os.environ)
    if "authority" in config:
        environment["REQUESTS_CA_BUNDLE"] = AUTHORITIES
    command = ["certbot", *arguments, "--non-interactive", "--cert-name", NAME]
    try:
        return subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=PATIENCE, check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, f"certbot did not end within {PATIENCE} seconds")


def reason_of(output):
    """What the authority, or else certbot, gave as the reason; the rest is advice for other cases."""
    lines = [line.strip(" -") for line in output.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("Ask for help", "Saving debug log"))]
    details = [line for line in lines if line.startswith("Detail:")]
    return " ".join(details or lines[-3:])


def issued(config):
    """Whether there is a certificate for this name from this authority."""
    try:
        with open(RENEWAL, encoding="utf-8") as file:
            server = re.search(r"^server = (.*)$", file.read(), re.M)
    except OSError:
        return False
    named = openssl("-checkhost", config["hostname"])
    return server is not None and server[1] == config["directoryUrl"] and "does match" in named


def openssl(*what):
    command = ["openssl", "x509", "-in", LIVE, "-noout", *what]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def share_left():
    """How much of its lifetime the certificate still has, from 1 to 0 and below."""
    dates = dict(line.split("=", 1) for line in openssl("-dates").splitlines())
    start, end = (ssl.cert_time_to_seconds(dates[name]) for name in ("notBefore", "notAfter"))
    return (end - time.time()) / (end - start)


def addresses(hostname):
    """The name's addresses as the world sees them: /etc/hosts usually has another one for a host's own name."""
    resolver = dns.resolver.Resolver(next(path for path in RESOLVERS if os.path.exists(path)))
    # Ubuntu 20.04 knows the old name only.
    resolve = getattr(resolver, "resolve", resolver.query)
    try:
        return [record.address for record in resolve(hostname, "A")]
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []


def own_address():
    """The address this host speaks from; no packet is sent for a UDP connect."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return probe.getsockname()[0]


def issue(config):
    hostname = config["hostname"]
    record = f"{hostname}. A {own_address()}"
    later = "the relay serves the certificate it has, and tries again every 20 minutes"
    try:
        found = addresses(hostname)
    except dns.exception.DNSException as error:
        say(f"no certificate yet: {hostname} could not be looked up ({error}); {later}")
        return False
    if not found:
        say(f"no certificate yet: {hostname} has no address; create the DNS record `{record}`. Until then {later}")
        return False
    account = ["--email", config["email"]] if "email" in config else ["--register-unsafely-without-email"]
    result = certbot(
        config, "certonly", "--standalone", "--preferred-challenges", "http", "--agree-tos", "--no-eff-email", *account,
        "--server", config["directoryUrl"], "-d", hostname, "--key-type", "ecdsa", "--deploy-hook", HOOK,
        "--force-renewal", "--renew-with-new-domains",
    )
    if result.returncode == 0:
        say(f"{hostname} has a new certificate")
        return True
    say(
        f"no certificate yet: {reason_of(result.stdout)} The name leads to {', '.join(found)}; the DNS record for this "
        f"host is `{record}`, and port 80 must reach it. Until then {later}"
    )
    return False


def renew(config):
    result = certbot(config, "renew", "--no-random-sleep-on-renew")
    if result.returncode != 0:
        say(f"the certificate could not be renewed: {reason_of(result.stdout)}")
    return result.returncode == 0


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        config = json.load(file)
    write_authorities(config)
    if sys.argv[2:] == ["--authorities"]:
        return 0
    with open("/run/lock/mail-relay-acme.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not issued(config):
            good = issue(config)
        else:
            good = share_left() > LEAST_SHARE or renew(config)
        # Where certbot was cut off between the certificate and its hook.
        if issued(config):
            subprocess.run([HOOK], check=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
