"""Holds SMTP dialogues on the droplet itself: a JSON list of {host, port, steps} on standard input gives a JSON list
with the replies of each, as code and text, the greeting first. A server that hangs up ends the replies early."""

from __future__ import annotations

import concurrent.futures
import json
import smtplib
import sys
from typing import Any


def hold(dialogue: dict[str, Any]) -> list[dict[str, Any]]:
    client = smtplib.SMTP(timeout=30)
    replies = []
    try:
        # The server sees the client under the address that it is called by.
        client.source_address = (dialogue["host"], 0)
        replies.append(client.connect(dialogue["host"], dialogue["port"]))
        for step in dialogue["steps"]:
            replies.append(client.docmd(step))
    except smtplib.SMTPServerDisconnected:
        pass
    finally:
        client.close()
    return [{"code": code, "text": text.decode(errors="replace")} for code, text in replies]


with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print(json.dumps(list(pool.map(hold, json.load(sys.stdin)))))
