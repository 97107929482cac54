"""Reads the mail log, from the journal or from /var/log/mail.log and what it was rotated to, whichever there is."""

from __future__ import annotations

import calendar
import collections
import glob
import gzip
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from lib import logline
from lib.journal import postfix_lines
from relayhost import Refusal, lines, note_deploy

FILES = "/var/log/mail.log*"
# With the date as rsyslog writes it by default, on older releases and on newer ones.
OLD_LINE = re.compile(r"^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) \S+ ([\w./-]+)(?:\[\d+\])?: (.*)$")
NEW_LINE = re.compile(r"^(\d{4}-\d\d-\d\dT[\d:]{8})(?:\.\d+)?(\S*) \S+ ([\w./-]+)(?:\[\d+\])?: (.*)$")
# Ids of a login's messages that are remembered, so that following the log for ever needs no more.
MOST_IDS = 10_000


class Entry(NamedTuple):
    time: float
    program: str
    text: str

    def event(self) -> logline.Event | None:
        return logline.event(self.program, self.text)


def entries(since: float) -> Iterator[Entry]:
    """The log from a time on, oldest first: the journal's, or the files' where the journal has none."""
    reading = journal(since)
    first = next(reading, None)
    if first is None:
        yield from files(since)
        return
    yield first
    yield from reading


def journal(since: float, follow: bool = False) -> Iterator[Entry]:
    command = ["journalctl", "-q", "-o", "json", "--output-fields=MESSAGE,SYSLOG_IDENTIFIER", *postfix_lines()]
    command += ["-f", "-n", "0"] if follow else [f"--since=@{int(since)}"]
    for line in lines(command):
        entry = json.loads(line)
        message = entry.get("MESSAGE")
        if isinstance(message, str):
            yield Entry(int(entry["__REALTIME_TIMESTAMP"]) / 1e6, entry.get("SYSLOG_IDENTIFIER", ""), message)


def files(since: float) -> Iterator[Entry]:
    """What rsyslog has written; older files are compressed."""
    for path in sorted(glob.glob(FILES), key=os.path.getmtime):
        written = os.path.getmtime(path)
        if written < since:
            continue
        opened = gzip.open if path.endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8", errors="replace") as file:
            for line in file:
                entry = parsed(line, written)
                if entry is not None and entry.time >= since:
                    yield entry


def parsed(line: str, written: float) -> Entry | None:
    """A line of the log; the old form has no year, so it is of the last one that does not lie after the file's time."""
    found = NEW_LINE.match(line)
    if found:
        moment = time.strptime(found[1], "%Y-%m-%dT%H:%M:%S")
        return Entry(seconds_utc(moment, found[2]), found[3], found[4])
    found = OLD_LINE.match(line)
    if not found:
        return None
    for year in (time.localtime(written).tm_year, time.localtime(written).tm_year - 1):
        # A leap day is none in every year.
        try:
            at = time.mktime(time.strptime(f"{year} {found[1]}", "%Y %b %d %H:%M:%S"))
        except ValueError:
            continue
        if at <= written + 60:
            return Entry(at, found[2], found[3])
    return None


def seconds_utc(moment: time.struct_time, zone: str) -> int:
    offset = 0
    if len(zone) == 6:
        offset = (1 if zone[0] == "+" else -1) * (int(zone[1:3]) * 3600 + int(zone[4:6]) * 60)
    return calendar.timegm(moment) - offset


def attempt(entry: Entry) -> dict[str, Any] | None:
    """What one attempt to deliver came to; None for other lines."""
    event = entry.event()
    if event is None or event.kind != "attempt":
        return None
    return {**event.fields, "delay": float(event.fields["delay"] or 0)}


def status(entry: Entry) -> str | None:
    """What an attempt, or the end of all attempts, came to."""
    event = entry.event()
    return event.fields.get("status") if event else None


class Wanted:
    """Which lines of the log are wanted; all that is given must fit."""

    def __init__(self, args: dict[str, Any]) -> None:
        self.text = (args.get("grep") or "").lower()
        self.status = args.get("status")
        self.login = args.get("login")
        self.warnings = args.get("warnings")
        self.ids: collections.OrderedDict[str, bool] = collections.OrderedDict()

    def fits(self, entry: Entry) -> bool:
        return (
            (not self.text or self.text in f"{entry.program}: {entry.text}".lower())
            and (not self.warnings or logline.severity(entry.text) is not None)
            and (self.status is None or self.status == status(entry))
            and (self.login is None or self.of_login(entry))
        )

    def of_login(self, entry: Entry) -> bool:
        """A login is named where its message came in, or where it failed; later lines have only the message's id."""
        event = entry.event()
        if event is None or not event.fields.get("login"):
            return logline.queue_id(entry.text) in self.ids
        login = event.fields["login"] or ""
        if self.login not in (login, login.rpartition("@")[0] or login):
            return False
        if event.queue_id is not None:
            self.ids[event.queue_id] = True
            if len(self.ids) > MOST_IDS:
                self.ids.popitem(last=False)
        return True


def main(args: dict[str, Any]) -> Iterator[Any]:
    note_deploy()
    wanted = Wanted(args)
    fitting = (entry for entry in entries(time.time() - args["since"]) if wanted.fits(entry))
    for entry in collections.deque(fitting, maxlen=args["lines"]):
        yield told(entry)
    if args["follow"]:
        for entry in followed():
            if wanted.fits(entry):
                yield told(entry)


def told(entry: Entry) -> dict[str, Any]:
    """A line with what it comes to, so that whoever shows it need not look for that in its text."""
    return {**entry._asdict(), "status": status(entry), "severity": logline.severity(entry.text)}


def followed() -> Iterator[Entry]:
    """What is logged from now on, until the connection ends."""
    probe = ["journalctl", "-q", "-n", "1", "-o", "cat", *postfix_lines()]
    found = subprocess.run(probe, capture_output=True, check=False).stdout
    if found or not os.path.exists("/var/log/mail.log"):
        yield from journal(0, follow=True)
        raise Refusal("the journal can no longer be followed")
    for line in lines(["tail", "-n", "0", "-F", "/var/log/mail.log"]):
        entry = parsed(line, time.time())
        if entry is not None:
            yield entry
