"""/etc/resolv.conf, and the copy of it that Postfix's programs read in their chroot.

A hard link keeps the original file. So its content, mode and owner, or the target of a symbolic link, come back
exactly, by a rename. At any moment there is a whole file; the link is the original only while the file is ours.
"""

from __future__ import annotations

import contextlib
import os

from lib.postfix import is_running
from lib.process import succeeds

LIVE = "/etc/resolv.conf"
ORIGINAL = "/etc/resolv.conf.before-mail-relay"
QUEUE = "/var/spool/postfix"
FIRST_LINE = f"# Managed by pulumi-mail-relay while its resolver runs; {ORIGINAL} comes back after it.\n"


def read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except FileNotFoundError:
        return None


def is_ours() -> bool:
    return not os.path.islink(LIVE) and (read(LIVE) or "").startswith(FIRST_LINE)


def replace(path: str, text: str, mode: int) -> None:
    following = os.path.join(os.path.dirname(path), ".resolv.conf.mail-relay")
    with open(following, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        os.fchmod(file.fileno(), mode)
        file.flush()
        os.fsync(file.fileno())
    os.replace(following, path)


def remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def switch() -> None:
    """Puts our file in place, if it is not; what another program has written there is the original from now on."""
    if os.path.lexists(LIVE) and not is_ours():
        remove(ORIGINAL)
        os.link(LIVE, ORIGINAL, follow_symlinks=False)
    words = (read(ORIGINAL) or "").splitlines(keepends=True)
    # The names of this network stay what they were to the host's other programs.
    search = [line.rstrip("\n") + "\n" for line in words if line.split()[:1] in (["search"], ["domain"])]
    wanted = "".join([FIRST_LINE, "nameserver 127.0.0.1\n", "options edns0 trust-ad\n", *search])
    if not is_ours() or read(LIVE) != wanted:
        replace(LIVE, wanted, 0o644)
    follow()


def restore() -> None:
    """Brings the original back, unless another program has written its own file."""
    if not is_ours():
        remove(ORIGINAL)
    elif os.path.lexists(ORIGINAL):
        os.replace(ORIGINAL, LIVE)
    else:
        os.unlink(LIVE)
    follow()


def follow() -> None:
    """The chroot's copy, as the package of Postfix makes it, which it does at a start only."""
    copy = f"{QUEUE}/etc/resolv.conf"
    text = read(LIVE)
    if text is None or text == read(copy) or not os.path.exists(copy):
        return
    replace(copy, text, os.stat(copy).st_mode & 0o777)
    # Postfix changes the resolver's options for each query, so the C library does not look for another file in its
    # programs. After a reload they end with the session they are in.
    if is_running():
        succeeds("postfix", "reload")
