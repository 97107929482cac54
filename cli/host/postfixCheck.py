"""What Postfix reports about its configuration and its files, including the copies in the chroot."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from typing import Any

from lib.installed import read
from lib.postfix import parameter

# Which name servers Postfix's programs ask is in its chroot's copy.
RESOLVERS = "/etc/resolv.conf"
# The links into the folder of generations leave nothing but their own folder.
EXPECTED = re.compile(r"symlink leaves directory: /etc/postfix/")
# From 3.10.13 on, Debian's script looks at links themselves, and every link has the mode 777.
WRITABLE = re.compile(r"group or other writable: (/.+)")
PREFIX = re.compile(r"^(?:/usr/sbin/)?(?:postfix|postconf|postsuper)(?:/[\w-]+)*(?:\[\d+\])?: (?:warning: )?")


def complaints(text: str) -> list[str]:
    """The lines that say something is wrong, without their prefix, each once."""
    lines = [PREFIX.sub("", line).strip() for line in text.splitlines()]
    wrong = (line for line in lines if line and not EXPECTED.search(line) and not is_harmless_link(line))
    return list(dict.fromkeys(wrong))


def is_harmless_link(line: str) -> bool:
    """Whether a file that others are said to be able to write is a link to one that they cannot."""
    found = WRITABLE.fullmatch(line)
    if not found or not os.path.islink(found[1]):
        return False
    try:
        return not os.stat(found[1]).st_mode & 0o022
    except OSError:
        # Where the link leads nowhere, others can write nothing.
        return True


def output_on_tty(*command: str) -> str:
    """What a program prints on a terminal as its standard error; without one Postfix's own scripts only log."""
    master, slave = pty.openpty()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave):
        os.close(slave)
        text = b""
        try:
            while chunk := os.read(master, 4096):
                text += chunk
        except OSError:
            # How Linux reports that no process has the terminal open any more.
            pass
    os.close(master)
    return text.decode(errors="replace")


def other_resolvers(queue: str) -> list[str]:
    """What releases up to Debian 12 say themselves where the chroot has other name servers than the host."""
    copy = f"{queue}{RESOLVERS}"
    return [f"{copy} and {RESOLVERS} differ"] if os.path.exists(copy) and read(copy) != read(RESOLVERS) else []


def inspect(_args: dict[str, Any]) -> dict[str, Any]:
    commands = (("postconf", "-n"), ("postconf", "-M"), ("postfix", "check"))
    said = [output_on_tty(*command) for command in commands]
    return {"complaints": complaints("\n".join([*said, *other_resolvers(parameter("queue_directory"))]))}
