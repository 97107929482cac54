"""Accounts of the host that have more rights than a relay needs: a second root, no password, Postfix's group."""

from __future__ import annotations

import grp
import pwd
from typing import Any

from lib.installed import text

OWN_GROUP = "postfix"


def without_password() -> list[str]:
    """Those that log in with an empty password."""
    lines = (line.split(":") for line in text("/etc/shadow").splitlines())
    return sorted(fields[0] for fields in lines if len(fields) > 1 and fields[1] == "")


def in_group(name: str) -> list[str]:
    """The accounts in a group, but for the one it is made for."""
    try:
        group = grp.getgrnam(name)
    except KeyError:
        return []
    first = (entry.pw_name for entry in pwd.getpwall() if entry.pw_gid == group.gr_gid)
    return sorted({*group.gr_mem, *first} - {name})


def inspect(_args: dict[str, Any]) -> dict[str, Any]:
    return {
        "roots": sorted(entry.pw_name for entry in pwd.getpwall() if entry.pw_uid == 0 and entry.pw_name != "root"),
        "withoutPassword": without_password(),
        "readers": in_group(OWN_GROUP),
        "group": OWN_GROUP,
    }
