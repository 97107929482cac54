"""Facts in, verdict out: one case a file in cases/TABLE/CASE.json, as {"given": ..., "expected": ...}."""

from __future__ import annotations

import json
import pathlib
import socket
from collections.abc import Callable
from typing import Any

import pytest

import complaints
import egress
import hopaddress
import postfixCheck
import probe
import reputation
import verification
from lib import differences, dkim, logline, queues, sasldb, x509

CASES = pathlib.Path(__file__).parent / "cases"


def doubts(given: dict[str, Any]) -> list[str]:
    """What receivers doubt in a world with these records; where one is null, no answer comes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reputation, "ask", lambda name, kind: given["records"].get(f"{name} {kind}", []))
        return reputation.doubts(given["address"], given["hostname"], given["lists"])


def told(given: dict[str, str]) -> dict[str, Any] | None:
    """What a line of the log tells."""
    event = logline.event(given["program"], given["text"])
    return event and {"kind": event.kind, "id": event.queue_id, "fields": event.fields}


def hop_addresses(given: dict[str, Any]) -> list[str] | str:
    """Where DNS and the system give these addresses; or the refusal."""
    ways = {"dns": "dns", "native": "system"}
    with pytest.MonkeyPatch.context() as patch:
        for way, key in ways.items():
            patch.setitem(hopaddress.LOOKUPS, way, lambda _, key=key: [(socket.AF_INET, one) for one in given[key]])
        patch.setattr(hopaddress, "in_system", hopaddress.LOOKUPS["native"])
        try:
            return [address for _, address in hopaddress.addresses(given)]
        except hopaddress.Refusal as refused:
            return str(refused)


def verdict(outcome: str | None) -> list[Any] | None:
    failure = verification.judge(outcome)
    return failure and list(failure)


def complaint(given: dict[str, str]) -> list[str] | None:
    """Severity and text of what doctor repeats of the log."""
    found = complaints.complaint(given["program"], given["text"])
    return found and list(found)


TABLES: dict[str, Callable[[Any], Any]] = {
    "complaints": complaint,
    "certificate-lifetime": lambda text: list(x509.lifetime(text) or []),
    "dkim": lambda given: dkim.problem(
        given["message"].encode(), given["domain"], given["selector"], given["publicKey"]
    ),
    "drift": lambda given: differences.compare(given["noted"], given["present"]),
    "drift-of-a-unit": differences.unit_difference,
    "log-lines": told,
    "hop-address": hop_addresses,
    "logins": lambda dump: [[key.login, password] for key, password in sasldb.logins(sasldb.parse("\n".join(dump)))],
    "next-hop": egress.next_hop,
    "postfix-check": lambda lines: postfixCheck.complaints("\n".join(lines)),
    "probe-sessions": probe.sessions,
    "queue-sizes": lambda given: queues.summary(map(json.dumps, given["messages"]), given["now"]),
    "reputation": doubts,
    "verification": verdict,
}


PATHS = sorted(CASES.glob("*/*.json"))


@pytest.mark.parametrize("path", PATHS, ids=[f"{path.parent.name}/{path.stem}" for path in PATHS])
def test_case(path: pathlib.Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    assert TABLES[path.parent.name](case["given"]) == case["expected"]


def test_every_table_has_cases() -> None:
    assert {path.name for path in CASES.iterdir()} == set(TABLES)
