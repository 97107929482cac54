"""What Postfix says of its own configuration and of its files, the copies in the chroot among them."""

import re

from asking import told

# The links into the folder of generations leave nothing but their own folder.
EXPECTED = re.compile(r"symlink leaves directory: /etc/postfix/")
PREFIX = re.compile(r"^(?:/usr/sbin/)?(?:postfix|postconf|postsuper)(?:/[\w-]+)*(?:\[\d+\])?: (?:warning: )?")


def complaints(text):
    """The lines that say something is wrong, without their prefix, each once."""
    lines = [PREFIX.sub("", line).strip() for line in text.splitlines()]
    return list(dict.fromkeys(line for line in lines if line and not EXPECTED.search(line)))


def look(_args):
    commands = (("postconf", "-n"), ("postconf", "-M"), ("postfix", "check"))
    return {"complaints": complaints("\n".join(told(*command) for command in commands))}
