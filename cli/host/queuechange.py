"""Changes the queue: first lists what would be changed, then changes what was listed, and no other message.

The list has queue ids with their arrival times: Postfix reuses an id once its message is gone.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import deletedmail
from mailqueue import Filter, Message, messages, oldest
from relayhost import Refusal, exclusively, output, wake_pickup

# Where postsuper looks for messages. What is still in maildrop has no queue id yet that would last.
CHANGED_QUEUES = ("incoming", "active", "deferred", "hold")
POSTSUPER = {"hold": "-h", "release": "-H", "requeue": "-r", "delete": "-d"}
DONE = re.compile(r"^postsuper: ([0-9A-Za-z]+): (?:removed|placed on hold|released from hold|requeued)$", re.M)
SHOWN = 10


def main(args: dict[str, Any]) -> Iterator[Any]:
    yield change(args) if "chosen" in args else preview(args)


def changeable(verb: str, chosen: Filter) -> Iterator[Message]:
    """The messages that fit and that the verb does something to."""
    for message in messages():
        held = message["queue_name"] == "hold"
        idle = (verb == "release" and not held) or (verb in ("hold", "flush") and held)
        if message["queue_name"] in CHANGED_QUEUES and not idle and chosen.fits(message):
            yield message


def preview(args: dict[str, Any]) -> dict[str, Any]:
    chosen = []

    def noted() -> Iterator[Message]:
        for message in changeable(args["verb"], Filter(args["filter"])):
            chosen.append([message["queue_id"], message["arrival_time"]])
            yield message

    listing = oldest(noted(), SHOWN)
    return {**listing, "chosen": chosen}


def change(args: dict[str, Any]) -> dict[str, Any]:
    verb = args["verb"]
    wanted = {tuple(one) for one in args["chosen"]}
    with exclusively():
        found = [
            message
            for message in changeable(verb, Filter(args["filter"]))
            if (message["queue_id"], message["arrival_time"]) in wanted
        ]
        ids = [message["queue_id"] for message in found]
        if verb == "flush":
            done = flush(ids, everything=not any(args["filter"].values()))
        elif verb == "delete" and args["copy"]:
            done = deletedmail.delete(found, postsuper)
        else:
            done = postsuper(verb, ids)
    return {"done": len(done), "ids": done, "gone": len(wanted) - len(done)}


def flush(ids: list[str], everything: bool) -> list[str]:
    if everything:
        output(["postqueue", "-f"])
        return ids
    for queue_id in ids:
        # One that was delivered a moment ago is no failure.
        subprocess.run(["postqueue", "-i", queue_id], capture_output=True, check=False)
    return ids


def postsuper(verb: str, ids: list[str], *queues: str) -> list[str]:
    """Has postsuper do it; returns the ids of the messages it found."""
    if not ids:
        return []
    command = ["postsuper", POSTSUPER[verb], "-", *queues]
    given = "".join(f"{queue_id}\n" for queue_id in ids)
    done = subprocess.run(command, input=given, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise Refusal(f"postsuper: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    if verb == "requeue":
        wake_pickup()
    return DONE.findall(done.stderr)
