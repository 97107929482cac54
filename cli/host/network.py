"""What stands between the relay and its clients on the host itself: firewall rules, kernel settings, other listeners.

The cloud's firewall cannot be seen from here.
"""

from __future__ import annotations

import os
import re
from typing import Any

import firewall
from handmade import METADATA_UNIT
from lib.installed import text
from lib.listeners import listeners
from lib.process import output_of

METADATA = "169.254.169.254"
PROCESS = re.compile(r'\(\("([^"]+)",pid=(\d+)')
# The relay's own services, and what the system itself listens with.
KNOWN = re.compile(r"/(?:postfix|mail-relay|rspamd|ssh|systemd-|dhclient|ifup|networking|init\.scope)")
FEWEST_PORTS = 1000
SHORTEST_QUEUE = 100


def strangers() -> list[dict[str, Any]]:
    """Programs that others than this host can connect to, and that are none of the relay or of the system."""
    found = {}
    for line in output_of("ss", "-Hltnp").splitlines():
        address, _, port = line.split()[3].rpartition(":")
        process = PROCESS.search(line)
        if process and not is_local(address) and not KNOWN.search(text(f"/proc/{process[2]}/cgroup")):
            found[int(port)] = {"port": int(port), "program": process[1]}
    return list(found.values())


def is_local(address: str) -> bool:
    return address.startswith(("127.", "[::ffff:127.")) or address == "[::1]" or "%lo" in address


def kernel() -> list[dict[str, Any]]:
    """Settings that leave too little for a relay, with their values."""
    low, high = (text("/proc/sys/net/ipv4/ip_local_port_range").split() + ["32768", "60999"])[:2]
    waiting = text("/proc/sys/net/core/somaxconn").strip() or "4096"
    found = []
    if int(high) - int(low) + 1 < FEWEST_PORTS:
        found.append({"name": "net.ipv4.ip_local_port_range", "value": f"{low} {high}"})
    if int(waiting) < SHORTEST_QUEUE:
        found.append({"name": "net.core.somaxconn", "value": waiting})
    return found


def metadata_open() -> bool:
    """Whether processes other than root's can read the user data, which has the SSH host key."""
    return not re.search(rf"to {re.escape(METADATA)} uidrange", output_of("ip", "rule", "show"))


def inspect(_args: dict[str, Any]) -> dict[str, Any]:
    public = {one.port for one in listeners() if not one.is_probe}
    # The droplet that a deploy has created serves nothing but the relay.
    own = os.path.exists(METADATA_UNIT)
    return {
        "firewall": firewall.findings(public),
        "strangers": strangers() if own else [],
        "metadataOpen": own and metadata_open(),
        "kernel": kernel(),
    }
