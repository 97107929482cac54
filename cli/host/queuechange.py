"""Changes the queue: first lists what would be changed, then changes what was listed, and no other message.

The list has queue ids with their arrival times: Postfix reuses an id once its message is gone.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import deletedmail
from mailqueue import Filter, Message, messages, oldest
from postsuper import postsuper
from relayhost import exclusively, output

# Where postsuper looks for messages. What is still in maildrop has no queue id yet that would last.
CHANGED_QUEUES = ("incoming", "active", "deferred", "hold")
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
        found = (
            message
            for message in changeable(verb, Filter(args["filter"]))
            if (message["queue_id"], message["arrival_time"]) in wanted
        )
        if verb == "delete" and args["copy"]:
            done = deletedmail.delete(found)
        else:
            ids = [message["queue_id"] for message in found]
            everything = not any(args["filter"].values())
            done = flush(ids, everything) if verb == "flush" else postsuper(verb, ids)
    return {"done": len(done), "ids": done, "gone": len(wanted) - len(done)}


def flush(ids: list[str], everything: bool) -> list[str]:
    if everything:
        output(["postqueue", "-f"])
        return ids
    for queue_id in ids:
        # One that was delivered a moment ago is no failure.
        subprocess.run(["postqueue", "-i", queue_id], capture_output=True, check=False)
    return ids
