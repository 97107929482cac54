"""Has Postfix's postsuper change messages, each by its queue id."""

from __future__ import annotations

import os
import re
import subprocess

from progress import told
from relayhost import Refusal, wake_pickup

OPTIONS = {"hold": "-h", "release": "-H", "requeue": "-r", "delete": "-d"}
DONE = re.compile(r"postsuper: ([0-9A-Za-z]+): (removed|placed on hold|released from hold|requeued)$")
WORDS = {"hold": "put on hold", "release": "released from hold", "requeue": "requeued", "delete": "deleted"}


def postsuper(verb: str, ids: list[str], *queues: str) -> list[str]:
    """Has postsuper do it; returns the ids of the messages it found."""
    if not ids:
        return []
    done = []
    line = ""
    # It answers while it reads, so a pipe could make both wait for each other; and the disk may be full.
    with os.fdopen(os.memfd_create("ids"), "w+") as given:
        given.writelines(f"{queue_id}\n" for queue_id in ids)
        given.seek(0)
        command = ["postsuper", OPTIONS[verb], "-", *queues]
        with subprocess.Popen(
            command, stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace"
        ) as child:
            assert child.stderr
            for line in told(child.stderr, WORDS[verb], len(ids)):
                found = DONE.match(line)
                if found:
                    done.append(found[1])
    if child.returncode != 0:
        raise Refusal(f"postsuper: {line.strip() or 'failed'}")
    if verb == "requeue":
        wake_pickup()
    return done
