"""What the units of the resolver run around Unbound, each time with one of these words.

check      before anything is started: whether its port is free
prepare    before it starts, without root's rights: its trust anchor
take       once it runs: waits until it answers, then has the host ask it
keep       when another program has written /etc/resolv.conf
give-back  when it has ended
"""

from __future__ import annotations

import os
import re
import shutil
import sys

import answers
import resolvconf
from lib.lock import held
from lib.process import output_of, succeeds

# Exists while the host asks the resolver; not in a folder that the resolver itself could write to.
SERVING = "/run/mail-relay-resolver.serving"
UNIT = "mail-relay-resolver.service"
PACKAGED_ANCHOR = "/usr/share/dns/root.key"
# Unbound keeps it as RFC 5011 says.
ANCHOR = "/var/lib/unbound/mail-relay/root.key"


def check() -> None:
    name = None if succeeds("systemctl", "--quiet", "is-active", UNIT) else listener()
    if name:
        sys.exit(f"port 53 of 127.0.0.1 is taken by {name}: end that program there, or leave the option resolver out")


def listener() -> str | None:
    """The program on the port, if any. Another address of loopback, such as systemd-resolved's, is no hindrance."""
    for line in output_of("ss", "-Hlnptu", "sport", "=", ":53").splitlines():
        if re.search(r"\s(127\.0\.0\.1|0\.0\.0\.0|\*|\[::\]):53\s", line):
            name = re.search(r'users:\(\("([^"]+)"', line)
            return name.group(1) if name else "another program"
    return None


def prepare() -> None:
    """An anchor older than the package's comes from a host that missed the change of a key, or is the first."""
    if os.path.exists(ANCHOR) and os.path.getmtime(ANCHOR) >= os.path.getmtime(PACKAGED_ANCHOR):
        return
    shutil.copyfile(PACKAGED_ANCHOR, f"{ANCHOR}.new")
    os.replace(f"{ANCHOR}.new", ANCHOR)


def take() -> None:
    answers.wait()
    resolvconf.switch()
    with open(SERVING, "w", encoding="ascii"):
        pass


def keep() -> None:
    # Until it stays: systemd does not tell what is written while this runs.
    while os.path.exists(SERVING) and not resolvconf.is_ours():
        resolvconf.switch()


def give_back() -> None:
    """A crashed Unbound is soon back. Other resolvers lack DNSSEC, so only a second failure brings them back."""
    served = os.path.exists(SERVING)
    if served:
        os.unlink(SERVING)
    if not served or os.environ.get("SERVICE_RESULT") == "success":
        resolvconf.restore()


def main() -> None:
    wanted = {"check": check, "prepare": prepare, "take": take, "keep": keep, "give-back": give_back}[sys.argv[1]]
    if wanted in (check, prepare):
        wanted()
        return
    with held("resolver"):
        wanted()


if __name__ == "__main__":
    main()
