"""The logins of the relay, with their last use and their failures as the log has them.

Takes {"days": number}, how far back the log is read. The answer has no passwords, and no names that were tried but do
not exist: a password typed into the wrong field looks like one. Logins from the host itself are left out, because that
is how deploys try them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import sasl
from relayhost import Refusal, lines

USED = re.compile(r"^[0-9A-Za-z]+: client=\S*\[([^\]]+)\].*, sasl_username=(\S+)")
LOOPBACK = re.compile(r"\[(?:127\.|::1\])")
FAILED = re.compile(r"\[([^\]]+)\]: SASL \S+ authentication failed(?:.*sasl_username=(\S+))?")


def from_clients(entry: dict[str, Any]) -> bool:
    """Whether an entry is of a session that came from elsewhere, not a question of this command."""
    message = entry.get("MESSAGE")
    asked = entry.get("SYSLOG_IDENTIFIER", "").startswith("postfix/probe")
    return isinstance(message, str) and not asked and not LOOPBACK.search(message)


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
    for entry in filter(from_clients, entries):
        message = entry["MESSAGE"]
        time = int(entry["__REALTIME_TIMESTAMP"]) // 1000000
        used = USED.search(message)
        if used and used[2] in names:
            user = names[used[2]]
            user.update(uses=user["uses"] + 1, lastUse=time, lastClient=used[1])
            continue
        failed = FAILED.search(message)
        if failed and failed[2] in names:
            user = names[failed[2]]
            user.update(failures=user["failures"] + 1, lastFailure=time)
        elif failed:
            strangers[failed[1]] = strangers.get(failed[1], 0) + 1
    most = sorted(strangers.items(), key=lambda item: -item[1])[:5]
    return {
        "users": users,
        "unknown": {
            "failures": sum(strangers.values()),
            "clients": [{"client": client, "failures": count} for client, count in most],
        },
    }


def log_lines(days: int) -> Iterator[str]:
    fields = ["--output-fields=MESSAGE,SYSLOG_IDENTIFIER", "SYSLOG_FACILITY=2", "--since", f"-{days}days"]
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
