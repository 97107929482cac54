"""The SASL user database (sasldb): a Berkeley database, read in the text form that db_dump prints."""

from __future__ import annotations

import os
import subprocess
from typing import NamedTuple


class Unreadable(Exception):
    """Why a database cannot be read."""


class Key(NamedTuple):
    user: str
    realm: str
    kind: str

    @property
    def login(self) -> str:
        return f"{self.user}@{self.realm}"

    @property
    def is_login(self) -> bool:
        return self.kind == "userPassword"


def parse(dump: str) -> dict[str, str]:
    """Keys and values in hexadecimal, from db_dump's output."""
    lines = [line.strip() for line in dump.splitlines() if line.startswith(" ")]
    return dict(zip(lines[::2], lines[1::2]))


def read(path: str) -> dict[str, str]:
    """All entries, in hexadecimal; empty while there is no database."""
    if not os.path.exists(path):
        return {}
    dump = subprocess.run(["db_dump", path], capture_output=True, text=True, check=False)
    if dump.returncode != 0:
        raise Unreadable(dump.stderr.strip())
    return parse(dump.stdout)


def key_of(hexadecimal: str) -> Key:
    """A key is user, realm and property, separated by NUL; other programs may store other keys."""
    parts = bytes.fromhex(hexadecimal).decode(errors="replace").split("\0")
    return Key(*parts) if len(parts) == 3 else Key(parts[0], "", "")


def logins(entries: dict[str, str], realm: str | None = None) -> list[tuple[Key, str]]:
    """Logins with their passwords, of one realm or of all; a password may be any bytes."""
    found = [(key_of(key), bytes.fromhex(value).decode(errors="surrogateescape")) for key, value in entries.items()]
    return [(key, password) for key, password in found if key.is_login and realm in (None, key.realm)]
