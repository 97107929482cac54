"""Which rules of a firewall keep all clients from a port: not those that ban some or follow an exception."""

from __future__ import annotations

from typing import Any

import pytest

import firewall

CHAIN = {"family": "inet", "table": "filter", "name": "in"}


def port(number: Any) -> dict[str, Any]:
    return {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": number}}


SENDER = {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "192.0.2.1"}}
KNOWN = {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established"]}}
DROP, ACCEPT = {"drop": None}, {"accept": None}
REJECT, REDIRECT = {"reject": None}, {"redirect": {"port": 10025}}


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([], []),
        ([[port(587), DROP]], [("drops", 587)]),
        ([[port({"set": [25, 587]}), REJECT]], [("drops", 25), ("drops", 587)]),
        ([[port({"set": [{"range": [500, 600]}]}), DROP]], [("drops", 587)]),
        ([[port(8080), DROP]], []),
        ([[port(587), SENDER, DROP]], []),
        ([[port(587), {"limit": {"rate": 1}}, DROP]], []),
        ([[port(587), {"ct count": {"val": 75, "inv": True}}, DROP]], []),
        ([[SENDER, port(587), ACCEPT], [port(587), DROP]], []),
        ([[SENDER, ACCEPT], [port(587), DROP]], []),
        ([[port(22), ACCEPT], [port(587), DROP]], [("drops", 587)]),
        ([[DROP]], []),
        ([[KNOWN, ACCEPT], [port(2525), REDIRECT]], [("redirects", 2525)]),
    ],
)
@pytest.mark.parametrize("hook", ["input", None])
def test_rules(
    rules: list[Any], found: list[tuple[str, int]], hook: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chain without a hook sees only what another chain sends there."""
    entries = [{"chain": {**CHAIN, "hook": hook}}]
    entries += [{"rule": {"family": "inet", "table": "filter", "chain": "in", "expr": rule}} for rule in rules]
    monkeypatch.setattr(firewall, "ruleset", lambda: entries)
    assert [(one["kind"], one["port"]) for one in firewall.findings({25, 587})] == (found if hook else [])
