"""One queued message: what the queue says of it, its envelope and headers, and its body if asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mailqueue import Filter, messages, shown
from relayhost import Refusal, note_deploy, output

MOST_TEXT = 1_000_000


def main(args: dict[str, Any]) -> Iterator[Any]:
    note_deploy()
    chosen = Filter({"ids": [args["id"]]})
    message = next((message for message in messages() if chosen.fits(message)), None)
    if message is None:
        raise Refusal(
            f"no message {args['id']} is in the queue; `mail-relay trace {args['id']}` tells what became of it"
        )
    yield {
        "message": shown(message),
        "envelope": postcat("-e", args["id"]),
        "headers": postcat("-h", args["id"]),
        "body": postcat("-b", args["id"]) if args["body"] else None,
    }


def postcat(part: str, queue_id: str) -> str:
    return output(["postcat", part, "-q", queue_id])[:MOST_TEXT]
