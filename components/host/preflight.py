#!/usr/bin/env python3
"""Tries the next hops before mail depends on them: smart hosts as nexthop.py does, MX hosts with Postfix's own tool.

Reads a plan (JSON) from standard input and writes one JSON line, a list of what is wrong as sentences. These also go to
standard error, as does what is only worth knowing. Exits 3 when one of them must fail the deploy. Every answer is
waited for only so long.
"""

from __future__ import annotations

import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any, Dict

from hopaddress import SECONDS, Refusal
from nexthop import try_hop, without_secrets

LONGEST = 60  # for everything

Check = Dict[str, Any]
Plan = Dict[str, Any]
Problem = Dict[str, Any]


def try_direct(direct: Check, plan: Plan) -> None:
    """Whether any of some domains' MX greets on port 25; Postfix's own tool looks the MX up as Postfix does."""
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/main.cf", "w", encoding="ascii") as main_cf:
            main_cf.write(f"myhostname = {plan['helo']}\ninet_protocols = {plan['inetProtocols']}\ndnssec_probe =\n")
        environment = {**os.environ, "MAIL_CONFIG": folder}
        for domain in direct["domains"]:
            options = ["-l", "may", "-L", "summary", "-T", str(SECONDS)]
            options += ["-a", plan["addresses"]["preference"]]
            command = ["timeout", str(SECONDS), "posttls-finger", *options, domain]
            tried = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            words = tried.stdout + tried.stderr
            if "posttls-finger: < 220 " in words:
                return
            last = (words.strip().splitlines() or ["no answer"])[-1]
            failures.append(f"{domain}: {last.replace('posttls-finger: ', '')}")
    tried_domains = "; ".join(failures)
    if any("timed out" in line or line.endswith("no answer") for line in failures):
        raise Refusal(
            f"nothing answers on port 25 ({tried_domains}), as where the cloud blocks it. {direct['otherWay']}"
        )
    raise Refusal(f"no mail server could be reached on port 25 ({tried_domains}). {direct['otherWay']}")


def find(check: Check, plan: Plan) -> Problem | None:
    try:
        if "domains" in check:
            try_direct(check, plan)
        else:
            note = try_hop(check, plan)
            return {**problem(check, without_secrets(note, check.get("login"))), "note": True} if note else None
    except Refusal as refused:
        return problem(check, without_secrets(str(refused).strip(), check.get("login")))
    return None


def problem(check: Check, text: str) -> Problem:
    where = "delivery by MX" if "domains" in check else f"{check['option']} {check['host']}:{check['port']}"
    return {"text": f"{where}: {text}", "required": check["required"]}


def in_time(check: Check, future: concurrent.futures.Future[Problem | None], deadline: float) -> Problem | None:
    try:
        return future.result(max(0, deadline - time.monotonic()))
    except concurrent.futures.TimeoutError:
        return problem(check, f"the dialogue takes longer than {LONGEST} seconds")


def main() -> None:
    plan = json.load(sys.stdin)
    deadline = time.monotonic() + LONGEST
    pool = concurrent.futures.ThreadPoolExecutor(len(plan["checks"]))
    running = [(check, pool.submit(find, check, plan)) for check in plan["checks"]]
    found = [in_time(check, future, deadline) for check, future in running]
    problems = [one for one in found if one]
    for one in problems:
        print(one["text"], file=sys.stderr)
    print(json.dumps([one["text"] for one in problems if "note" not in one]))
    sys.stdout.flush()
    # At once: a server that answers a letter at a time would keep its thread for ever.
    os._exit(3 if any(one["required"] and "note" not in one for one in problems) else 0)


if __name__ == "__main__":
    main()
