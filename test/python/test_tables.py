"""Facts in, verdict out: one case a file in cases/TABLE/CASE.json, as {"given": ..., "expected": ...}."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

import egress
import postfixCheck
import reputation
from lib import dkim, installed, queues, sasldb, x509

CASES = pathlib.Path(__file__).parent / "cases"


def doubts(given: dict[str, Any]) -> list[str]:
    """What receivers doubt in a world with these records; where one is null, no answer comes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reputation, "ask", lambda name, kind: given["records"].get(f"{name} {kind}", []))
        return reputation.doubts(given["address"], given["hostname"], given["lists"])


TABLES: dict[str, Callable[[Any], Any]] = {
    "certificate-lifetime": lambda text: list(x509.lifetime(text) or []),
    "dkim": lambda given: dkim.problem(
        given["message"].encode(), given["domain"], given["selector"], given["publicKey"]
    ),
    "drift": lambda given: installed.compare(given["noted"], given["present"]),
    "drift-of-a-unit": installed.unit_difference,
    "logins": lambda dump: [[key.login, password] for key, password in sasldb.logins(sasldb.parse("\n".join(dump)))],
    "next-hop": egress.next_hop,
    "postfix-check": lambda lines: postfixCheck.complaints("\n".join(lines)),
    "queue-sizes": lambda given: queues.summary(map(json.dumps, given["messages"]), given["now"]),
    "reputation": doubts,
}


PATHS = sorted(CASES.glob("*/*.json"))


@pytest.mark.parametrize("path", PATHS, ids=[f"{path.parent.name}/{path.stem}" for path in PATHS])
def test_case(path: pathlib.Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    assert TABLES[path.parent.name](case["given"]) == case["expected"]


def test_every_table_has_cases() -> None:
    assert {path.name for path in CASES.iterdir()} == set(TABLES)
