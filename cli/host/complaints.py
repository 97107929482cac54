"""What Postfix complained of in its log lately, alike ones together.

Takes {"minutes": number}.
"""

import json
import re

from relayhost import lines

SEVERITY = re.compile(r"^(?:[0-9A-Za-z]{6,20}: )?(panic|fatal|error|warning): ")
# What clients and the world cause, and what a configuration made of links always says.
EXPECTED = re.compile(
    r"symlink leaves directory|SASL (?:\S+ authentication failed|authentication failure)|ignored: no SASL support"
    r"|does not resolve to address|non-SMTP command"
    r"|[Ii]llegal address syntax|TLS library problem|numeric (?:hostname|domain)|valid_hostname|malformed domain"
    r"|address not listed for hostname|Connection (?:rate|concurrency) limit exceeded|too many errors|network_biopair"
)
MOST = 20
NUMBERS = re.compile(r"\b[0-9A-F]{8,}\b|\d+")


def complaint(message):
    """Severity and text; None for what is said on a healthy relay too."""
    found = SEVERITY.match(message)
    if not found or (found[1] == "warning" and EXPECTED.search(message)):
        return None
    return found[1], message[found.end():]


def gather(entries):
    """Alike complaints as one: how often, by whom, and the last one's time and words."""
    alike = {}
    for entry in entries:
        message = entry.get("MESSAGE")
        found = complaint(message) if isinstance(message, str) else None
        if not found:
            continue
        severity, text = found
        service = entry.get("SYSLOG_IDENTIFIER", "")
        key = (severity, service, NUMBERS.sub("#", text))
        group = alike.setdefault(key, {"severity": severity, "service": service, "count": 0})
        group.update(count=group["count"] + 1, text=text[:300], time=int(entry["__REALTIME_TIMESTAMP"]) // 1000000)
    return sorted(alike.values(), key=lambda group: -group["count"])


def look(args):
    fields = ["--output-fields=MESSAGE,SYSLOG_IDENTIFIER", "SYSLOG_FACILITY=2", "--since", f"-{args['minutes']}min"]
    found = gather(json.loads(line) for line in lines(["journalctl", "-q", "-o", "json", *fields]))
    return {"complaints": found[:MOST], "more": max(0, len(found) - MOST)}
