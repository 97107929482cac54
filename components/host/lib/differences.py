"""How the host differs from what the last deploy left on it."""

from __future__ import annotations

import os
from typing import Any, Dict

from lib import installed, listeners, sasldb, values

Difference = Dict[str, Any]


def compare(kept: list[str], present: list[str]) -> list[Difference]:
    """One difference for each path and aspect; a path of which nothing is left is gone."""
    was, now = parse(kept), parse(present)
    paths = {path for path, _ in now}
    found: list[Difference] = []
    for path, aspect in was:
        if path not in paths:
            found.append({"path": path, "aspect": "gone"})
        elif now.get((path, aspect)) != was[path, aspect]:
            values = {"installed": was[path, aspect], "present": now.get((path, aspect), "none")}
            found.append({"path": path, "aspect": aspect, **values})
    found += [{"path": path, "aspect": "new"} for path, _ in now if path not in {path for path, _ in was}]
    # Only once each: several lines may be about one path that is gone or new.
    return [one for at, one in enumerate(found) if one not in found[:at]]


def parse(lines: list[str]) -> dict[tuple[str, str], str]:
    split = (line.split(" ", 2) for line in lines)
    return {(path, aspect): value for path, aspect, value in split}


def unit_difference(state: dict[str, Any]) -> Difference | None:
    """None for a unit that runs and starts at the next boot."""
    if state["runs"] and state["enabled"] in ("enabled", "static"):
        return None
    present = f"{state['enabled']}, {'runs' if state['runs'] else 'does not run'}"
    return {"path": state["unit"], "aspect": "service", "installed": "enabled, runs", "present": present}


def listener_differences(states: list[dict[str, Any]]) -> list[Difference]:
    """The listeners that do not answer; without Postfix none does, and one difference is enough."""
    if not all(state["runs"] for state in states if state["unit"] == "postfix"):
        return []
    return [
        {"path": f"port {listener.port}", "aspect": "listener", "installed": "greets", "present": problem}
        for listener, problem in listeners.silent().items()
    ]


def user_differences() -> list[Difference]:
    lines = installed.noted("users")
    if not lines:
        return []
    database, _, store, whose = lines[0].split(" ")
    found = compare(lines, installed.users(database, store, whose))
    return [{**one, **(changed_logins(database, whose) if one["aspect"] == "users" else {})} for one in found]


def changed_logins(database: str, whose: str) -> dict[str, list[str]]:
    """Which logins were added and removed, never what they log in with."""
    recorded = set(installed.recorded_keys(database))
    try:
        present = {entry.split()[0] for entry in installed.entries(database, whose)}
    except sasldb.Unreadable:
        present = set()
    added, removed = (
        sorted({sasldb.key_of(key).login for key in keys}) for keys in (present - recorded, recorded - present)
    )
    return {"added": added, "removed": removed}


def file_differences(lines: list[str]) -> list[Difference]:
    """With what a changed main.cf or master.cf now says differently."""
    found = compare(lines, installed.files())
    return [{**one, **changed_values(one)} for one in found]


def changed_values(difference: Difference) -> dict[str, Any]:
    path, aspect = difference["path"], difference["aspect"]
    if path not in (f"{installed.ETC}/main.cf", f"{installed.ETC}/master.cf") or aspect == "mode":
        return {}
    before = installed.noted("values")
    # An earlier version's deploy noted none.
    return {"values": values.changes(before, values.lines(path))} if before else {}


def lost_notes() -> list[Difference]:
    """Without the notes nothing can be compared; before the first deploy has ended there are none yet."""
    if not os.path.exists(f"{installed.RECORDS}/proof.json"):
        return []
    return [{"path": f"{installed.RECORDS}/installed.files", "aspect": "gone", "step": "apply"}]


def differences() -> list[Difference]:
    """All of them, each with the step of a deploy that repairs it; none on a host that no deploy has finished on."""
    noted_files, of_users = installed.noted("files"), user_differences()
    if not noted_files:
        return [*lost_notes(), *({**one, "step": "users"} for one in of_users)]
    states = [installed.unit_state(name) for name in installed.unit_names()]
    of_units = [*filter(None, map(unit_difference, states)), *listener_differences(states)]
    of_apply = [*file_differences(noted_files), *compare(*installed.services())]
    return [
        *({**one, "step": "apply"} for one in of_apply),
        *({**one, "step": "users"} for one in of_users),
        *({**one, "step": "apply"} for one in of_units),
    ]
