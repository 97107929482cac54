"""Follows one message through the log until its delivery has an end. Takes {"id": queue id, "seconds": number}."""

import json
import re
import select
import subprocess
import time

from relayhost import children

STATUS = re.compile(r"^to=<([^>]*)>,.* dsn=([\d.]+), status=(\w+) \((.*)\)$")


def event(entry, queue_id):
    """What a log entry says of the message; None for entries of others."""
    message = entry.get("MESSAGE")
    if not isinstance(message, str) or not message.startswith(f"{queue_id}: "):
        return None
    text = message[len(queue_id) + 2:]
    status = STATUS.match(text)
    seen = {
        "time": int(entry["__REALTIME_TIMESTAMP"]) / 1000000,
        "service": entry.get("SYSLOG_IDENTIFIER", ""),
        "text": text,
    }
    if status:
        seen.update(recipient=status[1], dsn=status[2], status=status[3], reply=status[4])
    return seen


def main(args):
    end = time.monotonic() + args["seconds"]
    command = ["journalctl", "-q", "-f", "-o", "json", "--output-fields=MESSAGE,SYSLOG_IDENTIFIER", "SYSLOG_FACILITY=2",
               "--since", "-10min", "-n", "all"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as log:
        children.append(log)
        try:
            pending = b""
            while time.monotonic() < end:
                ready, _, _ = select.select([log.stdout], [], [], 0.5)
                if not ready:
                    continue
                pending += log.stdout.read1(1 << 16)
                *entries, pending = pending.split(b"\n")
                for entry in entries:
                    seen = event(json.loads(entry), args["id"])
                    if seen:
                        yield seen
                    if seen and "status" in seen:
                        return
        finally:
            children.remove(log)
            log.kill()
