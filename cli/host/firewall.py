"""What nftables' rules on the host do to the relay's ports. Rules of iptables are among them where it is built on nftables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Dict, List

from lib.process import output_of

Rule = List[Dict[str, Any]]


def ruleset() -> list[dict[str, Any]]:
    try:
        return list(json.loads(output_of("nft", "-j", "list", "ruleset"))["nftables"])
    except (ValueError, KeyError):
        # No nftables, or none that this kernel knows.
        return []


def ports_in(value: Any) -> Iterator[tuple[int, int]]:
    """The ranges that the right side of a match stands for."""
    if isinstance(value, int):
        yield value, value
    elif isinstance(value, dict) and "set" in value:
        for one in value["set"]:
            yield from ports_in(one)
    elif isinstance(value, dict) and "range" in value:
        low, high = value["range"]
        yield low, high


def is_of(match: dict[str, Any], protocol: str, field: str) -> bool:
    return bool(match.get("left", {}).get("payload") == {"protocol": protocol, "field": field})


def named_ports(rule: Rule) -> list[tuple[int, int]]:
    matches = (part["match"] for part in rule if "match" in part)
    return [one for match in matches if is_of(match, "tcp", "dport") for one in ports_in(match.get("right"))]


def is_about_senders(rule: Rule) -> bool:
    """Whether it depends on whose packet it is, or on its connection: such a rule bans some, and not all."""
    matches = [part["match"] for part in rule if "match" in part]
    about = (match.get("left", {}) for match in matches)
    return any(
        "ct" in left or "limit" in left or left.get("payload", {}).get("field") in ("saddr", "sport", "daddr") for left in about
    ) or any("limit" in part for part in rule)


def findings(ports: set[int]) -> list[dict[str, Any]]:
    """Rules that drop or refuse all clients of a port, and those that send a port elsewhere."""
    found = []
    for entry in ruleset():
        rule = entry.get("rule")
        if not rule or is_about_senders(rule["expr"]):
            continue
        verdicts = {name for part in rule["expr"] for name in part}
        named = named_ports(rule["expr"])
        where = f"{rule['family']} {rule['table']} {rule['chain']}"
        if verdicts & {"drop", "reject"}:
            stopped = sorted(port for port in ports if any(low <= port <= high for low, high in named))
            found += [{"kind": "drops", "port": port, "rule": where} for port in stopped]
        if verdicts & {"redirect", "dnat"}:
            found += [{"kind": "redirects", "port": low, "rule": where} for low, _ in named]
    return found
