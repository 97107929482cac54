"""The host below Postfix: disk, inodes, clock, pending upgrades, whether it wants a reboot.

Takes {"upgrades": bool}: asking apt takes a second.
"""

from __future__ import annotations

import os
import re
import time
from typing import Any

from lib.postfix import parameter
from lib.process import output_of


def file_systems(paths: list[str]) -> list[dict[str, Any]]:
    """Room on each file system that holds one of the paths, named by the first of them."""
    seen: dict[int, dict[str, Any]] = {}
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


def clock() -> dict[str, Any]:
    """Whether a time service sets the clock. A container has its host's clock, and nothing to set."""
    container = output_of("systemd-detect-virt", "--container")
    return {
        "now": time.time(),
        "container": container not in ("", "none"),
        "synchronized": output_of("timedatectl", "show", "-p", "NTPSynchronized", "--value") == "yes",
    }


def upgrades() -> dict[str, int]:
    """Packages that an upgrade would renew, as of the lists the host has, and those of them that are for security."""
    lines = output_of("apt-get", "-s", "-o", "Debug::NoLocking=1", "upgrade").splitlines()
    wanted = [line for line in lines if line.startswith("Inst ")]
    return {"packages": len(wanted), "security": sum(bool(re.search(r"-security|Security", line)) for line in wanted)}


def inspect(args: dict[str, Any]) -> dict[str, Any]:
    queue = parameter("queue_directory")
    data = parameter("data_directory")
    parts = [f"{queue}/{name}" for name in ("incoming", "active", "deferred", "maildrop")]
    return {
        "hostname": parameter("myhostname"),
        "domain": parameter("mydomain"),
        "protocols": parameter("inet_protocols"),
        "version": parameter("mail_version"),
        "fileSystems": file_systems([queue, *parts, data, "/var/log", "/etc", "/tmp", "/"]),
        "messageLimit": int(parameter("message_size_limit") or 0),
        "clock": clock(),
        "upgrades": upgrades() if args.get("upgrades") else None,
        "rebootRequired": os.path.exists("/var/run/reboot-required"),
    }
