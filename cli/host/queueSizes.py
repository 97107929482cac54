"""How many messages each queue has, and how old the oldest is, in seconds."""

from __future__ import annotations

from typing import Any

from lib.queues import sizes


def inspect(_args: dict[str, Any]) -> dict[str, Any]:
    queues, problem = sizes()
    return {"queues": queues, "problem": problem}
