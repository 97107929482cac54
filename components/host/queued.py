"""
Reads what `postqueue -j` prints. Says on one line how many messages there are and how many of them are on hold, and
on a second one how long the oldest has waited, and for what.
"""

import json
import sys
import time

messages = [json.loads(line.decode(errors="replace")) for line in sys.stdin.buffer if line.strip()]
held = [message for message in messages if message["queue_name"] == "hold"]
print(len(messages), len(held))

if messages:
    oldest = min(messages, key=lambda message: message["arrival_time"])
    waited = max(0, int(time.time() - oldest["arrival_time"]))
    reasons = [recipient["delay_reason"] for recipient in oldest["recipients"] if "delay_reason" in recipient]
    text = f"{waited // 60} minutes" if waited >= 120 else f"{waited} seconds"
    print(": ".join([text, *reasons[:1]])[:300])
