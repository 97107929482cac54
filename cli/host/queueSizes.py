"""How many messages each queue has, and how old the oldest is, in seconds."""

import json
import subprocess
import time

QUEUES = ("active", "deferred", "hold", "incoming", "maildrop")


def summary(lines, now):
    """Sizes and ages of what `postqueue -j` prints, read line by line."""
    queues = {name: {"messages": 0, "oldestSeconds": None} for name in QUEUES}
    for line in lines:
        message = json.loads(line)
        queue = queues.setdefault(message["queue_name"], {"messages": 0, "oldestSeconds": None})
        age = max(0, int(now - message["arrival_time"]))
        queue["messages"] += 1
        queue["oldestSeconds"] = max(queue["oldestSeconds"] or 0, age)
    return queues


def look(_args):
    listing = subprocess.Popen(["postqueue", "-j"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    queues = summary((line.decode(errors="replace") for line in listing.stdout), time.time())
    problem = listing.stderr.read().decode(errors="replace").strip()
    failed = listing.wait() != 0
    return {"queues": queues, "problem": (problem or "postqueue fails") if failed else None}
