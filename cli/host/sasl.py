"""The user database as smtpd meets it: where it is, who may read it, how many entries it has.

No password is read but by counting.
"""

from __future__ import annotations

import os
import pwd
import re
import stat
from typing import Any

from lib import sasldb
from lib.installed import owner_of
from lib.postfix import parameter
from lib.process import succeeds


def configuration(text: str) -> dict[str, str]:
    """The lines `key: value` of a SASL configuration file."""
    return dict(re.findall(r"^(\w+):\s*(.*?)\s*$", text, re.M))


def readable(path: str, user: str) -> bool:
    """Whether a user may read a file, with all the folders on the way and the groups the user has."""
    entry = pwd.getpwnam(user)
    become = ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--init-groups"]
    return succeeds(*become, "test", "-r", path)


def database(path: str) -> dict[str, Any] | None:
    """Facts about one file; None where there is none."""
    try:
        entry = os.stat(path)
    except OSError:
        return None
    try:
        entries: int | None = len(sasldb.read(path))
    except sasldb.Unreadable:
        entries = None
    return {
        "mode": f"{stat.S_IMODE(entry.st_mode):o}",
        "owner": owner_of(entry),
        "readable": readable(path, "postfix"),
        "exposed": readable(path, "nobody"),
        "entries": entries,
    }


def read_conf() -> tuple[str, dict[str, str] | None]:
    """The live SASL configuration file and what it says; None where there is none."""
    path = f"{parameter('config_directory')}/sasl/{parameter('smtpd_sasl_path')}.conf"
    try:
        with open(path, encoding="utf-8") as file:
            return path, configuration(file.read())
    except OSError:
        return path, None


def place_in(conf: dict[str, str] | None) -> str | None:
    """Where the users are. Where saslauthd checks, Postfix reads nothing: the daemon does, as root."""
    if conf is None:
        return None
    inside = conf.get("sasldb_path")
    return parameter("queue_directory") + inside if inside else "/etc/sasldb2"


def place() -> str | None:
    return place_in(read_conf()[1])


def logins() -> list[tuple[sasldb.Key, str]]:
    """The stored logins with their passwords; none where the database is missing or damaged."""
    try:
        return sasldb.logins(sasldb.read(place() or ""))
    except sasldb.Unreadable:
        return []


def inspect(_args: dict[str, Any]) -> dict[str, Any]:
    path, conf = read_conf()
    found = place_in(conf)
    return {
        "conf": path,
        "method": None if conf is None else conf.get("pwcheck_method", ""),
        "mechanisms": sorted((conf or {}).get("mech_list", "").split()),
        "database": found,
        "facts": found and database(found),
    }
