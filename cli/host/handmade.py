"""Files around the relay that decide what the host runs and who gets in, and that were added or changed since the last
deploy by neither a deploy nor a package.

The time of the last change of a file's entry tells: no program can set that one back.
"""

from __future__ import annotations

import glob
import hashlib
import os
import pwd
import re
import stat
from typing import Any

from lib.installed import POSTFIX_UNIT, RECORDS, names_below, read, text
from lib.process import output_of
from packages import brought

PLACES = (
    "/etc/crontab",
    "/etc/cron.*/*",
    "/var/spool/cron/crontabs/*",
    "/var/spool/cron/atjobs/*",
    "/etc/sudoers",
    "/etc/sudoers.d/*",
    "/etc/ssh/sshd_config",
    "/etc/ssh/sshd_config.d/*",
    "/etc/pam.d/*",
    "/etc/security/**",
    "/etc/nsswitch.conf",
    "/etc/ld.so.preload",
    "/etc/ld.so.conf.d/*",
    "/etc/systemd/**",
    "/etc/sysctl.conf",
    "/etc/sysctl.d/*",
    "/etc/apt/apt.conf",
    "/etc/apt/apt.conf.d/*",
    "/etc/apt/preferences.d/*",
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d/*",
    "/etc/nftables.conf",
    "/etc/iptables/*",
    "/etc/rsyslog.conf",
    "/etc/rsyslog.d/*",
    "/etc/logrotate.d/*",
    "/etc/rc.local",
)
IN_HOMES = (".ssh/authorized_keys", ".ssh/authorized_keys2", ".ssh/rc", ".forward")
# Only the droplet that a deploy has created has it.
METADATA_UNIT = "/etc/systemd/system/mail-relay-metadata.service"
# Programs here come before those of packages.
FIRST = ("/usr/local/sbin", "/usr/local/bin")
SECOND = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
# Snap writes a unit for each snap at every refresh; package scripts leave copies, and write what PAM has in common.
PASSING = re.compile(r"/snap[-.][^/]*$|\.(?:dpkg|ucf)-\w+$|^/etc/pam\.d/common-")


def homes() -> set[str]:
    return {entry.pw_dir for entry in pwd.getpwall() if entry.pw_dir.startswith("/")}


def candidates() -> list[str]:
    found = [path for place in PLACES for path in glob.glob(place, recursive=True)]
    found += [f"{home}/{name}" for home in homes() for name in IN_HOMES]
    return sorted({os.path.normpath(path) for path in found if not PASSING.search(path)})


def shadowing() -> list[str]:
    """Programs that run in place of a package's."""
    names = ((folder, name) for folder in FIRST if os.path.isdir(folder) for name in os.listdir(folder))
    return [f"{folder}/{name}" for folder, name in names if any(os.path.exists(f"{other}/{name}") for other in SECOND)]


def deployed() -> set[str]:
    """What drift compares."""
    trees = glob.glob(f"{RECORDS}/services/*/tree")
    own = {f"/{name}" for tree in trees for name in names_below(tree)}
    return own | set(glob.glob(POSTFIX_UNIT)) | {METADATA_UNIT}


def from_packages() -> set[str]:
    """Each configuration file of a package as the package brought it: path and MD5 sum."""
    listed = output_of("dpkg-query", "-W", "-f", "${Conffiles}\n")
    known = {" ".join(line.split()[:2]) for line in listed.splitlines() if len(line.split()) >= 2}
    for line in text("/var/lib/ucf/hashfile").splitlines():
        digest, _, path = line.partition("  ")
        known.add(f"{path} {digest}")
    return known


def changed(path: str) -> float:
    """When a file was last changed; 0 for what is no file."""
    try:
        state = os.lstat(path)
    except OSError:
        return 0
    return state.st_ctime if stat.S_ISREG(state.st_mode) else 0


def changed_since(moment: float) -> list[str]:
    own = deployed()
    recent = [path for path in candidates() if path not in own and changed(path) > moment]
    if not recent:
        return []
    unchanged, listed = from_packages(), brought(recent)
    configuration = {line.split()[0] for line in unchanged}

    def is_from_package(path: str) -> bool:
        if path not in configuration:
            return path in listed
        return f"{path} {hashlib.md5(read(path) or b'').hexdigest()}" in unchanged

    return [path for path in recent if not is_from_package(path)]


def inspect(_args: dict[str, Any]) -> dict[str, Any]:
    try:
        deploy = os.stat(f"{RECORDS}/installed.files").st_ctime
    except OSError:
        return {"files": [], "shadowing": []}
    return {"files": changed_since(deploy), "shadowing": shadowing()}
