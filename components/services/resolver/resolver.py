"""What is around Unbound on the host: run by the units in this folder, each time with one of these words.

    check      before anything is started: whether its port is free
    prepare    before it starts, without root's rights: its trust anchor
    take       once it runs: waits until it answers, then has the host ask it
    keep       when somebody has written another /etc/resolv.conf meanwhile
    give-back  when it has ended
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys

import answers
import resolvconf

LOCK = "/run/lock/mail-relay-resolver.lock"
# Exists while the host asks the resolver; not in a folder that the resolver itself could write to.
SERVING = "/run/mail-relay-resolver.serving"
UNIT = "mail-relay-resolver.service"
PACKAGED_ANCHOR = "/usr/share/dns/root.key"
# Unbound keeps it as RFC 5011 says.
ANCHOR = "/var/lib/unbound/mail-relay/root.key"


def check():
    running = subprocess.run(["systemctl", "--quiet", "is-active", UNIT], check=False).returncode == 0
    name = None if running else listener()
    if name:
        sys.exit(f"port 53 of 127.0.0.1 is taken by {name}: end that program there, or leave the option resolver out")


def listener():
    """The program on the port, if any. Another address of loopback, such as systemd-resolved's, is no hindrance."""
    shown = subprocess.run(["ss", "-Hlnptu", "sport", "=", ":53"], capture_output=True, text=True, check=True).stdout
    for line in shown.splitlines():
        if re.search(r"\s(127\.0\.0\.1|0\.0\.0\.0|\*|\[::\]):53\s", line):
            name = re.search(r'users:\(\("([^"]+)"', line)
            return name.group(1) if name else "another program"
    return None


def prepare():
    """An anchor older than the package's comes from a host that missed the change of a key, or is the first."""
    if os.path.exists(ANCHOR) and os.path.getmtime(ANCHOR) >= os.path.getmtime(PACKAGED_ANCHOR):
        return
    shutil.copyfile(PACKAGED_ANCHOR, f"{ANCHOR}.new")
    os.replace(f"{ANCHOR}.new", ANCHOR)


def take():
    answers.wait()
    resolvconf.switch()
    with open(SERVING, "w", encoding="ascii"):
        pass


def keep():
    if os.path.exists(SERVING):
        resolvconf.switch()


def give_back():
    """After a crash it is back in a second. To ask others meanwhile would be to do without DNSSEC, so only a second failure counts."""
    served = os.path.exists(SERVING)
    if served:
        os.unlink(SERVING)
    if not served or os.environ.get("SERVICE_RESULT") == "success":
        resolvconf.restore()


def main():
    wanted = {"check": check, "prepare": prepare, "take": take, "keep": keep, "give-back": give_back}[sys.argv[1]]
    if wanted in (check, prepare):
        return wanted()
    with open(LOCK, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return wanted()


if __name__ == "__main__":
    main()
