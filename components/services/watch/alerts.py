"""Says once when something goes wrong, and once when it is over: to a webhook, to a mail address, or to both."""

import fcntl
import http.client
import json
import subprocess
import time
import urllib.request

# How long the log is looked back upon for a burst, in seconds.
WINDOW = 600
PATIENCE = 10
# Held by a deploy's step for as long as it works (take_lock in lib.sh).
DEPLOY_LOCK = "/run/lock/mail-relay.lock"


def tell(config, state, seen, fresh):
    """Compares what is wrong now with what was told; what could not be told is tried again by the next run."""
    now = int(time.time())
    recent = window(state, fresh, now)
    # A deploy starts and restarts what runs here, Postfix for the first time too, and ends with a verdict of its own.
    if deploying():
        return
    wrong = conditions(config["alerts"], recent, seen, now)
    for place in ("webhook", "mail"):
        if not config["alerts"].get(place):
            continue
        told = state.setdefault("told", {}).setdefault(place, {})
        for name in sorted({*wrong, *told}):
            if name in wrong and name not in told:
                if say(config, place, name, "firing", wrong[name], now):
                    told[name] = now
            elif name not in wrong and name not in unseen(seen) and say(config, place, name, "resolved", "", told[name]):
                del told[name]


def deploying():
    try:
        with open(DEPLOY_LOCK, encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True


def window(state, fresh, now):
    """The counts of the last minutes, one entry for each run."""
    recent = [entry for entry in state.get("recent", []) if entry[0] > now - WINDOW]
    recent.append([now, fresh])
    state["recent"] = recent
    sums = {}
    for _, counts in recent:
        for name, value in counts.items():
            sums[name] = sums.get(name, 0) + value
    return sums


def conditions(limits, recent, seen, now):
    """What is wrong, each with a sentence for people."""
    wrong = {}
    queue = seen["queue"]
    if queue is not None:
        messages, age = queue["deferred"]
        if age > limits["deferredAge"]:
            wrong["deferred-age"] = (
                f"{messages} messages wait in the deferred queue, the oldest for {age // 60} minutes; "
                "`mail-relay queue deferred` tells why"
            )
    cut_off = sum(recent.get(f"deferrals {reason}", 0) for reason in ("timeout", "refused"))
    if cut_off > 0 and recent.get("deliveries sent", 0) == 0:
        wrong["egress-blocked"] = (
            f"{cut_off} delivery attempts in {WINDOW // 60} minutes reached no server and none succeeded; "
            "`mail-relay doctor` tries the ports"
        )
    failures = recent.get("login failures", 0)
    if failures >= limits["loginFailures"]:
        wrong["login-failures"] = f"{failures} logins were refused in {WINDOW // 60} minutes"
    if seen["certificate"] is not None:
        begins, ends = seen["certificate"]
        # Lifetimes differ and shrink, so the limit is a share of the lifetime and not a number of days.
        if ends - now < (ends - begins) * limits["certificateShare"]:
            wrong["certificate-ends"] = f"the certificate ends in {max(0, ends - now) // 86400} days"
    for unit, up in seen["services"].items():
        if not up:
            wrong[f"down-{unit}"] = f"{unit} does not run"
    return wrong


def unseen(seen):
    """What cannot be judged now, and so is not over either."""
    return [name for name, key in (("deferred-age", "queue"), ("certificate-ends", "certificate")) if seen[key] is None]


def say(config, place, name, state, text, since):
    message = {"host": config["host"], "alert": name, "state": state, "text": text, "since": since}
    return post(config["alerts"]["webhook"], message) if place == "webhook" else mail(config, message)


def post(url, message):
    request = urllib.request.Request(
        url, json.dumps(message).encode(), {"Content-Type": "application/json", "User-Agent": "pulumi-mail-relay"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return 200 <= answer.status < 300
    except (OSError, ValueError, http.client.HTTPException) as error:
        # The address may hold a token, so only the kind of failure is said.
        print(f"the webhook was not reached: {type(error).__name__}")
        return False


def mail(config, message):
    text = (
        f"From: mail relay <root@{config['host']}>\nTo: {config['alerts']['mail']}\n"
        f"Subject: [{message['state']}] {message['alert']} on {config['host']}\nAuto-Submitted: auto-generated\n\n"
        f"{message['text'] or 'It is over.'}\n"
    )
    command = ["sendmail", "-i", "-f", f"root@{config['host']}", config["alerts"]["mail"]]
    try:
        return subprocess.run(command, input=text.encode(), timeout=PATIENCE * 3, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False
