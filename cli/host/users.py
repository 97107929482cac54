"""The logins of the relay, with their last use and their failures as the log has them.

Takes {"days": number}, how far back the log is read. The answer has no passwords, and no names that were tried but do
not exist: a password typed into the wrong field looks like one. Logins from the host itself are left out, because that
is how deploys try them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import sasl
from lib.journal import postfix_lines
from lib.logline import Event, event
from relayhost import Refusal, lines


def of_clients(entry: dict[str, Any]) -> Event | None:
    """What an entry tells of a session that came from elsewhere, and is no question of this command."""
    message, program = entry.get("MESSAGE"), entry.get("SYSLOG_IDENTIFIER", "")
    if not isinstance(message, str) or program.startswith("postfix/probe"):
        return None
    found = event(program, message)
    address = found and found.fields.get("address")
    return found if address and not address.startswith("127.") and address != "::1" else None


def tally(logins: Iterable[tuple[str, str]], entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Uses and failures by login; failures that belong to none are counted together, by address."""
    names: dict[str, dict[str, Any]] = {}
    users = []
    never = {"lastUse": None, "lastClient": None, "lastFailure": None}
    for login, realm in logins:
        user: dict[str, Any] = {"login": login, "realm": realm, "uses": 0, "failures": 0, **never}
        users.append(user)
        names[f"{login}@{realm}"] = user
        names.setdefault(login, user)
    strangers: dict[str, int] = {}
    for entry in entries:
        found = of_clients(entry)
        if found is None:
            continue
        time = int(entry["__REALTIME_TIMESTAMP"]) // 1000000
        address, tried = found.fields["address"] or "", names.get(found.fields.get("login") or "")
        if found.kind == "arrival" and tried:
            tried.update(uses=tried["uses"] + 1, lastUse=time, lastClient=address)
        elif found.kind == "login failure" and tried:
            tried.update(failures=tried["failures"] + 1, lastFailure=time)
        elif found.kind == "login failure":
            strangers[address] = strangers.get(address, 0) + 1
    most = sorted(strangers.items(), key=lambda item: -item[1])[:5]
    return {
        "users": users,
        "unknown": {
            "failures": sum(strangers.values()),
            "clients": [{"client": client, "failures": count} for client, count in most],
        },
    }


def log_lines(days: int) -> Iterator[str]:
    fields = ["--output-fields=MESSAGE,SYSLOG_IDENTIFIER", *postfix_lines(), "--since", f"-{days}days"]
    try:
        yield from lines(["journalctl", "-q", "-o", "json", *fields, "--grep", "sasl_username=|authentication failed"])
    except Refusal:
        # journalctl calls it a failure when nothing fits.
        return


def main(args: dict[str, Any]) -> Iterator[Any]:
    database = sasl.place()
    if database is None:
        raise Refusal("no SASL configuration says where the users are; `mail-relay doctor` tells more")
    logins = sorted({(key.user, key.realm) for key, _ in sasl.logins()})
    found = tally(logins, (json.loads(line) for line in log_lines(args["days"])))
    yield {**found, "database": database, "days": args["days"]}
