"""What Postfix's configuration says, as lines of name and value: parameters of main.cf, services of master.cf."""

from __future__ import annotations

from typing import Any, Dict

from lib.process import output_of

Change = Dict[str, Any]


def lines(path: str = "") -> list[str]:
    """Those of the live main.cf, of master.cf, or of both."""
    found = []
    if not path.endswith("master.cf"):
        found += output_of("postconf", "-n").splitlines()
    if not path.endswith("main.cf"):
        services = (line.split(None, 2) for line in output_of("postconf", "-M").splitlines())
        found += [f"{name}/{kind} = {' '.join(rest.split())}" for name, kind, rest in services]
    return found


def changes(before: list[str], now: list[str]) -> list[Change]:
    """What differs, by name; nothing stands for what is not there. Only what `now` has the kind of is compared."""
    was, present = parse(before), parse(now)
    kinds = {is_service(name) for name in present}
    names = [name for name in {**was, **present} if is_service(name) in kinds]
    differing = (name for name in names if was.get(name) != present.get(name))
    return [{"name": name, "installed": was.get(name), "present": present.get(name)} for name in differing]


def parse(text: list[str]) -> dict[str, str]:
    split = (line.partition(" =") for line in text)
    return {name: value.strip() for name, _, value in split}


def is_service(name: str) -> bool:
    return "/" in name


def describe(change: Change) -> str:
    """A change in words, for people."""
    name, installed, present = change["name"], change["installed"], change["present"]
    if present is None:
        return f"{name} is gone"
    return f"{name} is new: {present}" if installed is None else f"{name} is {present!r} instead of {installed!r}"
