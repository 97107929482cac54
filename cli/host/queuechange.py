"""Changes the queue: first tells what would be changed, then changes what was told, and no other message.

What was told are queue ids with their arrival times: Postfix gives an id again once its message is gone.
"""

import re
import subprocess

import deletedmail
from mailqueue import Filter, messages, oldest
from relayhost import Refusal, exclusively, output, wake_pickup

# Where postsuper looks for messages. What is still in maildrop has no queue id yet that would last.
CHANGED_QUEUES = ("incoming", "active", "deferred", "hold")
POSTSUPER = {"hold": "-h", "release": "-H", "requeue": "-r", "delete": "-d"}
DONE = re.compile(r"^postsuper: ([0-9A-Za-z]+): (?:removed|placed on hold|released from hold|requeued)$", re.M)
SHOWN = 10


def main(args):
    yield change(args) if "chosen" in args else preview(args)


def changeable(verb, chosen):
    """The messages that fit and that the verb does something to."""
    for message in messages():
        held = message["queue_name"] == "hold"
        idle = (verb == "release" and not held) or (verb in ("hold", "flush") and held)
        if message["queue_name"] in CHANGED_QUEUES and not idle and chosen.fits(message):
            yield message


def preview(args):
    chosen = []

    def noted():
        for message in changeable(args["verb"], Filter(args["filter"])):
            chosen.append([message["queue_id"], message["arrival_time"]])
            yield message

    listing = oldest(noted(), SHOWN)
    return {**listing, "chosen": chosen}


def change(args):
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


def flush(ids, everything):
    if everything:
        output(["postqueue", "-f"])
        return ids
    for queue_id in ids:
        # One that was delivered a moment ago is no failure.
        subprocess.run(["postqueue", "-i", queue_id], capture_output=True, check=False)
    return ids


def postsuper(verb, ids, *queues):
    """Has postsuper do it; returns the ids of the messages it found."""
    if not ids:
        return []
    command = ["postsuper", POSTSUPER[verb], "-", *queues]
    given = "".join(f"{queue_id}\n" for queue_id in ids)
    told = subprocess.run(command, input=given, capture_output=True, text=True, errors="replace", check=False)
    if told.returncode != 0:
        raise Refusal(f"postsuper: {(told.stderr.strip().splitlines() or ['failed'])[-1]}")
    if verb == "requeue":
        wake_pickup()
    return DONE.findall(told.stderr)
