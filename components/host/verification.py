#!/usr/bin/env python3
"""Has Postfix's own client try the next hops, in the trial instance: by address verification, which ends at RCPT TO.

Reads the plan of preflight.py (JSON) from standard input. The arguments are the trial's log, and what preflight.py has
found (JSON): who is named there is not tried again. Writes one JSON line, that list and what else is wrong, and the
latter to standard error. Exits 3 when one of these must fail the deploy.
"""

from __future__ import annotations

import json
import re
import smtplib
import sys
import time
from typing import Any, Dict, NamedTuple

from nexthop import without_secrets

LONGEST = 60  # for everything
# As far as the client has to come. What a server has against this sender or recipient says nothing, for both are the
# probe's; the preflight has asked for a sender whose mail goes this way.
FAR_ENOUGH = re.compile(
    r"^deliverable "
    r"|said: (?!530).* \(in reply to (?:MAIL FROM|RCPT TO) command\)\)$"
    r"|while sending RCPT TO\)$"
)
# Another try would not go better, and might lock the login out.
FINAL = re.compile(r"\(SASL authentication failed")

Check = Dict[str, Any]


class Failure(NamedTuple):
    text: str
    final: bool


def judge(outcome: str | None) -> Failure | None:
    """What is wrong with this end of a log line, if anything is."""
    if outcome is None:
        return Failure(f"Postfix's own client does not come to an end within {LONGEST} seconds", True)
    if FAR_ENOUGH.search(outcome):
        return None
    reason = outcome.partition(" (")[2][:-1] or outcome
    return Failure(f"Postfix's own client cannot hand over mail: {reason}", FINAL.search(outcome) is not None)


def ask(port: int, recipients: list[str]) -> None:
    """Has Postfix verify these, all at a time."""
    with smtplib.SMTP("127.0.0.1", port, "probe.invalid", timeout=20) as client:
        client.ehlo()
        client.docmd("MAIL FROM:<>")
        for recipient in recipients:
            client.docmd(f"RCPT TO:<{recipient}>")
        client.docmd("RSET")


def outcomes(log: str) -> dict[str, str]:
    """What came of each recipient so far."""
    with open(log, encoding="utf-8", errors="replace") as lines:
        found = (re.search(r" to=<([^>]+@relay-probe\.invalid)>, .* status=(.*)", line) for line in lines)
        return {match[1]: match[2] for match in found if match}


def wait_for(recipients: list[str], log: str, deadline: float) -> dict[str, str]:
    while True:
        found = outcomes(log)
        if found.keys() >= set(recipients) or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def verify(plan: dict[str, Any], checks: list[Check], log: str) -> list[tuple[Check, str]]:
    deadline = time.monotonic() + LONGEST
    problems: list[tuple[Check, str]] = []
    tries = len(checks[0]["recipients"]) if checks else 0
    for attempt in range(tries):
        recipients = [check["recipients"][attempt] for check in checks]
        ask(plan["verificationPort"], recipients)
        found = wait_for(recipients, log, deadline)
        judged = [(check, judge(found.get(recipient))) for check, recipient in zip(checks, recipients)]
        failed = [(check, failure) for check, failure in judged if failure]
        last = attempt + 1 == tries
        problems += [(check, failure.text) for check, failure in failed if failure.final or last]
        checks = [check for check, failure in failed if not failure.final]
        if not checks or last:
            break
        time.sleep(1)
    return problems


def main() -> None:
    plan = json.load(sys.stdin)
    log, earlier = sys.argv[1:]
    with open(earlier, encoding="utf-8") as file:
        told = json.load(file)

    def name(check: Check) -> str:
        return f"{check['option']} {check['host']}:{check['port']}: "

    hops = [check for check in plan["checks"] if "recipients" in check]
    left = [check for check in hops if not any(text.startswith(name(check)) for text in told)]
    problems = verify(plan, left, log)
    texts = [name(check) + without_secrets(text, check.get("login")) for check, text in problems]
    for text in texts:
        print(text, file=sys.stderr)
    print(json.dumps(told + texts))
    sys.exit(3 if any(check["required"] for check, _ in problems) else 0)


if __name__ == "__main__":
    main()
