"""What a deploy left on the host, as lines of path, aspect and value.

Run as a program it prints the lines for a deploy to note: `files`, `values`, or `users` with database, store and whose.
"""

from __future__ import annotations

import glob
import grp
import hashlib
import os
import pwd
import stat
import sys
from collections.abc import Callable
from typing import Any

from lib import postfix, sasldb, values
from lib.process import output_of, succeeds

RECORDS = "/var/lib/mail-relay"
ETC = "/etc/postfix"
GENERATIONS = f"{ETC}/generations"
POSTFIX_UNIT = "/etc/systemd/system/postfix*.service.d/mail-relay.conf"
# Notes that a deploy keeps in the folder of a generation.
NOTES = ("smoke.plan", "store")


def read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def text(path: str) -> str:
    return (read(path) or b"").decode(errors="replace")


def noted(name: str) -> list[str]:
    return text(f"{RECORDS}/installed.{name}").splitlines()


def digest(content: bytes) -> str:
    # With the end that sha256sum prints: notes of earlier deploys have it.
    return f"{hashlib.sha256(content).hexdigest()}  -"


def mode_of(path: str) -> str:
    """Mode and owner, or nothing for a file that is gone."""
    try:
        entry = os.stat(path)
    except OSError:
        return ""
    return f"{stat.S_IMODE(entry.st_mode):o} {owner_of(entry)}"


def owner_of(entry: os.stat_result) -> str:
    """User and group by name, or UNKNOWN as stat(1) has it."""

    def name(lookup: Any, number: int) -> str:
        try:
            return str(lookup(number)[0])
        except KeyError:
            return "UNKNOWN"

    return f"{name(pwd.getpwuid, entry.st_uid)}:{name(grp.getgrgid, entry.st_gid)}"


def link_of(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return "none"


def names_below(folder: str) -> list[str]:
    found = [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]
    return sorted(os.path.relpath(path, folder) for path in found)


def live_generation() -> str:
    return os.path.realpath(f"{GENERATIONS}/current")


def files() -> list[str]:
    """The live configuration, and what has Postfix started again."""
    live = live_generation()
    lines = [f"{GENERATIONS}/current link {link_of(f'{GENERATIONS}/current')}"]
    for name in names_below(live):
        content = read(f"{live}/{name}")
        if name in NOTES or content is None:
            continue
        lines.append(f"{ETC}/{name} link {link_of(f'{ETC}/{name}')}")
        lines.append(f"{ETC}/{name} content {digest(content)}")
        lines.append(f"{ETC}/{name} mode {mode_of(f'{live}/{name}')}")
    folders = (ETC, GENERATIONS, live, f"{ETC}/tls", f"{ETC}/tls/relay.pem")
    lines += [f"{path} mode {mode_of(path)}" for path in folders if mode_of(path)]
    for path in sorted(glob.glob(POSTFIX_UNIT)):
        lines += [f"{path} content {digest(read(path) or b'')}", f"{path} mode {mode_of(path)}"]
    return lines


def users(database: str, store: str, whose: str) -> list[str]:
    """The user database: all of it, or with `ours` only what deploys have put there."""
    try:
        present = entries(database, whose)
    except sasldb.Unreadable:
        present = ["unreadable"]
    lines = [f"{database} store {store} {whose}"]
    if mode_of(database):
        lines.append(f"{database} mode {mode_of(database)}")
    return [*lines, f"{database} users {digest(''.join(f'{entry}{chr(10)}' for entry in present).encode())}"]


def recorded_keys(database: str) -> list[str]:
    """The keys, in hexadecimal, that deploys have put into a database."""
    return text(f"{RECORDS}/users.{os.path.basename(database)}").split()


def entries(database: str, whose: str) -> list[str]:
    """Keys and values, sorted, in the form the note is a digest of."""
    ours = set(recorded_keys(database))
    found = sasldb.read(database).items()
    return sorted(f"{key} {value}" for key, value in found if whose != "ours" or key in ours)


def services() -> tuple[list[str], list[str]]:
    """The files of services: lines for the copies that a deploy keeps of them, and for the files themselves."""
    kept_lines, lines = [], []
    for record in sorted(glob.glob(f"{RECORDS}/services/*/")):
        owners = dict(line.split(" ", 1)[::-1] for line in text(f"{record}owners").splitlines())
        for name in names_below(f"{record}tree"):
            kept, path = f"{record}tree/{name}", f"/{name}"
            mode = mode_of(kept).split()[0]
            kept_lines.append(f"{path} content {digest(read(kept) or b'')}")
            kept_lines.append(f"{path} mode {mode} {owners.get(name, 'root:root')}")
            content = read(path)
            if content is not None:
                lines += [f"{path} content {digest(content)}", f"{path} mode {mode_of(path)}"]
    return kept_lines, lines


def unit_names() -> list[str]:
    """The systemd units that make the relay, Postfix first."""
    records = sorted(glob.glob(f"{RECORDS}/services/*/"))
    own = (text(f"{record}{file}").split() for record in records for file in ("unit", "also"))
    return ["postfix", *(name for names in own for name in names)]


def unit_state(name: str) -> dict[str, Any]:
    runs = postfix.is_running() if name == "postfix" else succeeds("systemctl", "--quiet", "is-active", name)
    return {"unit": name, "enabled": output_of("systemctl", "is-enabled", name) or "gone", "runs": runs}


if __name__ == "__main__":
    kinds: dict[str, Callable[..., list[str]]] = {"files": files, "values": values.lines, "users": users}
    print("\n".join(kinds[sys.argv[1]](*sys.argv[2:])))
