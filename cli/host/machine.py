"""The host below Postfix: disk, inodes, clock, pending upgrades, whether it wants a reboot.

Takes {"upgrades": bool}: asking apt takes a second.
"""

import os
import re
import time

from asking import expanded, said


def file_systems(paths):
    """Room on each file system that holds one of the paths, named by the first of them."""
    seen = {}
    for path in paths:
        try:
            device = os.stat(path).st_dev
            room = os.statvfs(path)
        except OSError:
            continue
        if device in seen or room.f_blocks == 0:
            continue
        usable = room.f_blocks - room.f_bfree + room.f_bavail
        seen[device] = {
            "path": path,
            "bytesFree": room.f_bavail * room.f_frsize,
            "bytes": usable * room.f_frsize,
            # Some file systems make inodes as they go and count none.
            "inodesFree": room.f_favail if room.f_files else None,
            "inodes": room.f_files or None,
        }
    return list(seen.values())


def clock():
    """Whether somebody keeps the clock right. A container has its host's clock, and nothing to keep."""
    container = said("systemd-detect-virt", "--container")
    return {
        "now": time.time(),
        "container": container not in ("", "none"),
        "synchronized": said("timedatectl", "show", "-p", "NTPSynchronized", "--value") == "yes",
    }


def upgrades():
    """Packages that an upgrade would renew, as of the lists the host has, and those of them that are for security."""
    lines = said("apt-get", "-s", "-o", "Debug::NoLocking=1", "upgrade").splitlines()
    wanted = [line for line in lines if line.startswith("Inst ")]
    return {"packages": len(wanted), "security": sum(bool(re.search(r"-security|Security", line)) for line in wanted)}


def look(args):
    queue = expanded("queue_directory")
    data = expanded("data_directory")
    parts = [f"{queue}/{name}" for name in ("incoming", "active", "deferred", "maildrop")]
    return {
        "hostname": expanded("myhostname"),
        "domain": expanded("mydomain"),
        "protocols": expanded("inet_protocols"),
        "version": expanded("mail_version"),
        "fileSystems": file_systems([queue, *parts, data, "/var/log", "/etc", "/tmp", "/"]),
        "messageLimit": int(expanded("message_size_limit") or 0),
        "clock": clock(),
        "upgrades": upgrades() if args.get("upgrades") else None,
        "rebootRequired": os.path.exists("/var/run/reboot-required"),
    }
