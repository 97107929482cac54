"""What nftables on the host does to the relay's ports, including the rules of iptables where that is built on it."""

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


def verdicts(rule: Rule) -> set[str]:
    return {name for part in rule for name in part}


def is_about_senders(rule: Rule) -> bool:
    """Whether it depends on whose packet it is, its connection, a rate or a count: such a rule stops some, not all."""
    matched = [part["match"].get("left", {}) for part in rule if "match" in part]
    addressed = any(left.get("payload", {}).get("field") in ("saddr", "sport", "daddr") for left in matched)
    counted = any(name in part for part in rule for name in ("limit", "ct count"))
    return addressed or counted or any("ct" in left for left in matched)


def lets_some_in(rule: Rule, port: int) -> bool:
    """Whether it accepts some clients of a port, so that a rule behind it only closes the port to the others."""
    return "accept" in verdicts(rule) and (holds(rule, port) or (not named_ports(rule) and is_about_senders(rule)))


def holds(rule: Rule, port: int) -> bool:
    return any(low <= port <= high for low, high in named_ports(rule))


def base_chains(entries: list[dict[str, Any]]) -> dict[tuple[str, ...], list[Rule]]:
    """The rules, in their order, of the chains that every incoming packet passes."""
    found: dict[tuple[str, ...], list[Rule]] = {}
    for entry in entries:
        chain, rule = entry.get("chain"), entry.get("rule")
        if chain and chain.get("hook") in ("input", "prerouting"):
            found[chain["family"], chain["table"], chain["name"]] = []
        elif rule and (rule["family"], rule["table"], rule["chain"]) in found:
            found[rule["family"], rule["table"], rule["chain"]].append(rule["expr"])
    return found


def findings(ports: set[int]) -> list[dict[str, Any]]:
    """Rules that drop or refuse all clients of a port, and those that send a port elsewhere."""
    found = []
    for name, rules in base_chains(ruleset()).items():
        for at, rule in enumerate(rules):
            if is_about_senders(rule):
                continue
            if verdicts(rule) & {"drop", "reject"}:
                stopped = (port for port in sorted(ports) if holds(rule, port))
                closed = [port for port in stopped if not any(lets_some_in(before, port) for before in rules[:at])]
                found += [{"kind": "drops", "port": port, "rule": " ".join(name)} for port in closed]
            if verdicts(rule) & {"redirect", "dnat"}:
                found += [{"kind": "redirects", "port": low, "rule": " ".join(name)} for low, _ in named_ports(rule)]
    return found
