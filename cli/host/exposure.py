"""What every user of the host can read, change or run as root, wherever it is: copies of the relay's secrets, files and
folders that all may write, programs with root's rights.

Only folders that every user may enter are looked into. No secret leaves this script, only the path of what holds it.
"""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterator
from typing import Any, NamedTuple

import sasl
from lib.installed import GENERATIONS, RECORDS, names_below, read
from lib.postfix import parameter
from packages import brought

# Each is looked at as one file system, without what is mounted below it.
ROOTS = ("/", "/boot", "/dev/shm", "/home", "/opt", "/srv", "/tmp", "/usr", "/var", "/var/tmp")
# Trees that other programs keep for containers and images, with users of their own.
FOREIGN = re.compile(
    r"/(?:proc|sys|dev/pts|snap|var/lib/(?:containerd|containers|docker|flatpak|lxc|lxd|machines|snapd))"
)
# Where a file that all can write changes what the host does.
VITAL = re.compile(
    r"/(?:etc|usr|opt|boot|root|lib\w*|s?bin|var/spool/postfix|var/spool/cron|var/lib/mail-relay)(?:/|$)"
)
KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+)-----END")
# A shorter password can be in a file by chance.
SHORTEST = 10
LARGEST = 16 << 20
MOST_BYTES = 256 << 20
# A few seconds' work.
MOST_ENTRIES = 500_000


class Entry(NamedTuple):
    path: str
    state: os.stat_result


class Walk:
    """All entries that every user can reach, up to a number; `complete` says whether it came to the end."""

    def __init__(self) -> None:
        self.left = MOST_ENTRIES
        self.complete = True

    def __iter__(self) -> Iterator[Entry]:
        seen: set[tuple[int, int]] = set()
        for root in ROOTS:
            try:
                state = os.lstat(root)
            except OSError:
                continue
            if stat.S_ISDIR(state.st_mode) and (state.st_dev, state.st_ino) not in seen:
                yield from self.below(Entry(root, state), seen)

    def below(self, root: Entry, seen: set[tuple[int, int]]) -> Iterator[Entry]:
        waiting = [root]
        while waiting:
            if self.left <= 0:
                self.complete = False
                return
            folder = waiting.pop()
            seen.add((folder.state.st_dev, folder.state.st_ino))
            yield folder
            entries = entries_of(folder.path)
            self.left -= len(entries)
            for entry in entries:
                if stat.S_ISREG(entry.state.st_mode):
                    yield entry
                elif self.leads_on(entry, root.state.st_dev) and (entry.state.st_dev, entry.state.st_ino) not in seen:
                    waiting.append(entry)

    @staticmethod
    def leads_on(entry: Entry, device: int) -> bool:
        mode = entry.state.st_mode
        if not stat.S_ISDIR(mode) or FOREIGN.fullmatch(entry.path) or entry.state.st_dev != device:
            return False
        return bool(mode & stat.S_IXOTH)


def entries_of(folder: str) -> list[Entry]:
    try:
        with os.scandir(folder) as found:
            return [Entry(one.path, one.stat(follow_symlinks=False)) for one in found if not one.is_symlink()]
    except OSError:
        # It went away, or is one that not even root may read.
        return []


def needles() -> dict[bytes, str]:
    """What only a copy of a secret has in it, with a word for what it is."""
    found = {password.encode(): "passwords of logins" for _, password in sasl.logins() if len(password) >= SHORTEST}
    for path in key_files():
        for key in KEY.findall(read(path) or b""):
            lines = key.split()
            # The first line of one key is like that of another.
            found[lines[len(lines) // 2]] = f"the private key of {path}"
    return found


def key_files() -> list[str]:
    served = parameter("smtpd_tls_chain_files").replace(",", " ").split()
    trees = glob.glob(f"{RECORDS}/services/*/tree")
    return [*served, *(f"/{name}" for tree in trees for name in names_below(tree) if name.endswith(".key"))]


def holds(path: str, secrets: dict[bytes, str]) -> str | None:
    content = read(path) or b""
    return next((what for secret, what in secrets.items() if secret in content), None)


def since() -> float:
    """When the relay came to this host; no copy of its secrets is older."""
    try:
        return os.lstat(f"{GENERATIONS}/original").st_mtime
    except OSError:
        return 0


def has_list(path: str) -> bool:
    """Whether an access control list lets further users in."""
    try:
        return "system.posix_acl_access" in os.listxattr(path)
    except OSError:
        return False


def packaged(paths: list[str]) -> set[str]:
    """Those that a package has brought. Its list may say `/bin` for what is now `/usr/bin`."""
    known = brought([*paths, *map(unmerged, paths)])
    return {path for path in paths if path in known or unmerged(path) in known}


def unmerged(path: str) -> str:
    return re.sub(r"^/usr(?=/(?:s?bin|lib))", "", path)


class Findings:
    """What is wrong with the files and folders that come by."""

    def __init__(self) -> None:
        self.secrets, self.first, self.bytes_left = needles(), since(), MOST_BYTES
        self.copies: list[dict[str, str]] = []
        self.writable: list[str] = []
        self.privileged: list[str] = []

    def look_at(self, path: str, state: os.stat_result) -> None:
        is_file = stat.S_ISREG(state.st_mode)
        in_common = bool(state.st_mode & stat.S_ISVTX) and not is_file
        if state.st_mode & stat.S_IWOTH and VITAL.match(path) and not in_common:
            self.writable.append(path)
        if is_file and state.st_mode & stat.S_ISUID and state.st_uid == 0:
            self.privileged.append(path)
        if is_file and state.st_mode & stat.S_IROTH and state.st_ctime >= self.first:
            self.look_into(path, state.st_size)

    def look_into(self, path: str, size: int) -> None:
        if size > min(LARGEST, self.bytes_left):
            return
        self.bytes_left -= size
        what = holds(path, self.secrets)
        if what:
            self.copies.append({"path": path, "what": what})


def inspect(_args: dict[str, Any]) -> dict[str, Any]:
    found, walk = Findings(), Walk()
    for path, state in walk:
        found.look_at(path, state)
    own = [path for path in (sasl.place(), *key_files()) if path]
    known = packaged(found.privileged)
    return {
        "copies": sorted(found.copies, key=lambda copy: copy["path"]),
        "writable": sorted(found.writable),
        "privileged": sorted(path for path in found.privileged if path not in known),
        "lists": sorted(path for path in own if has_list(path)),
        "complete": walk.complete,
    }
