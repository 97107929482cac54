"""The relay's packages: changed programs, older versions, what is held back, upgrades that are off."""

from __future__ import annotations

import os
import re
from typing import Any

from lib.installed import RECORDS
from lib.process import output_of, succeeds

# What the relay runs; a package that is not installed is not looked at.
PACKAGES = (
    "postfix",
    "libsasl2-2",
    "libsasl2-modules",
    "sasl2-bin",
    "rspamd",
    "unbound",
    "fail2ban",
    "certbot",
    "openssh-server",
)
# Of each file: nine marks, a `c` for configuration, the path. The fifth character is for a changed content.
CHANGED = re.compile(r"^..5\S* {3}(/\S+)$", re.M)
LISTS = "apt-daily.timer"
# dpkg calls it an upgrade in both directions.
LOG = "/var/log/dpkg.log"
LOGGED = re.compile(r"^\S+ \S+ (?:install|upgrade) ([^\s:]+)\S* (\S+) (\S+)$", re.M)


def installed() -> list[str]:
    lines = output_of("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n").splitlines()
    return [name for name in PACKAGES if f"installed {name}" in lines]


def brought(paths: list[str]) -> set[str]:
    """Which of these files are in some package."""
    lines = output_of("dpkg", "-S", *paths).splitlines() if paths else []
    return {line.rpartition(": ")[2] for line in lines}


def changed_files(names: list[str]) -> list[str]:
    return sorted(CHANGED.findall(output_of("dpkg", "--verify", *names))) if names else []


def downgraded(names: list[str]) -> list[dict[str, str]]:
    """Packages whose last change was to an older version."""
    try:
        with open(LOG, encoding="utf-8", errors="replace") as log:
            changes = {name: {"before": old, "now": new} for name, old, new in LOGGED.findall(log.read())}
    except FileNotFoundError:
        return []
    return [
        {"name": name, **change}
        for name, change in changes.items()
        if name in names
        and change["before"] != "<none>"
        and succeeds("dpkg", "--compare-versions", change["now"], "lt", change["before"])
    ]


def upgrades() -> list[str]:
    """Why apt does not upgrade by itself where a deploy has asked for that."""
    if not os.path.isdir(f"{RECORDS}/services/upgrades"):
        return []
    said = output_of("apt-config", "dump", "--format", "%f=%v%n")
    periodic = dict(line.split("=", 1) for line in said.splitlines() if line.startswith("APT::Periodic::"))
    names = ("Enable", "Update-Package-Lists", "Unattended-Upgrade")
    off = [f"APT::Periodic::{name} is 0" for name in names if periodic.get(f"APT::Periodic::{name}", "1") == "0"]
    state = output_of("systemctl", "is-enabled", LISTS)
    return off if state in ("enabled", "static") else [*off, f"{LISTS} is {state or 'gone'}"]


def inspect(_args: dict[str, Any]) -> dict[str, Any]:
    names = installed()
    held = set(output_of("apt-mark", "showhold").split())
    return {
        "changed": changed_files(names),
        "downgraded": downgraded(names),
        "held": [name for name in names if name in held],
        "upgradesOff": upgrades(),
    }
