"""How much each login has sent in the last hour, in memory and on disk."""

from __future__ import annotations

import collections
import json
import os
import sys
import time
from collections.abc import Iterable
from typing import Dict, List, TextIO

HOUR = 3600
MINUTE = 60

# For each login, pairs of how many seconds ago and how many recipients.
Counts = Dict[str, List[List[float]]]


class Sent:
    """What one login has sent in the last hour, minute by minute: few numbers, however many messages."""

    def __init__(self, minutes: Iterable[list[float]] = ()) -> None:
        self.minutes = collections.deque(minutes)
        self.recipients = sum(recipients for _, recipients in self.minutes)

    def forget(self, before: float) -> None:
        while self.minutes and self.minutes[0][0] <= before:
            self.recipients -= self.minutes.popleft()[1]

    def add(self, now: float, recipients: int) -> float:
        """Returns the minute it counts for, by its end, so that nothing is forgotten too early."""
        if self.minutes and now < self.minutes[-1][0]:
            self.minutes[-1][1] += recipients
        else:
            self.minutes.append([now + MINUTE, recipients])
        self.recipients += recipients
        return self.minutes[-1][0]

    def take_back(self, end: float, recipients: int) -> bool:
        """Whether that minute is remembered still."""
        for minute in self.minutes:
            if minute[0] == end:
                minute[1] -= recipients
                self.recipients -= recipients
                return True
        return False


class StateFile:
    """
    The counts on disk: a line with all of them, and a line for each that came later. Its times are those of the wall
    clock, which a reboot does not begin anew.
    """

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, "counts.json")
        self.later: TextIO | None = None

    def read(self) -> Counts:
        try:
            with open(self.path, encoding="utf-8") as file:
                return self.parse(*file)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            print(f"beginning anew, because {self.path} is not readable: {error}", file=sys.stderr, flush=True)
            return {}

    def parse(self, whole: str, *later: str) -> Counts:
        state = json.loads(whole)
        # The clock may have been set back; then nothing has passed.
        passed = max(0, time.time() - state["written"])
        ages: dict[str, dict[int, float]] = {
            login: {round(ago + passed): n for ago, n in minutes} for login, minutes in state["counts"].items()
        }
        for line in later:
            # The last may have been cut off.
            if not line.endswith("\n"):
                break
            end, login, recipients = json.loads(line)
            ago = max(-MINUTE, round(time.time() - end))
            of_login = ages.setdefault(login, {})
            of_login[ago] = of_login.get(ago, 0) + recipients
        return {login: [[ago, n] for ago, n in sorted(of.items(), reverse=True)] for login, of in ages.items()}

    def write(self, counts: Counts) -> None:
        following = self.path + ".next"
        try:
            with open(following, "w", encoding="utf-8") as file:
                print(json.dumps({"written": time.time(), "counts": counts}), file=file, flush=True)
                os.fsync(file.fileno())
            os.replace(following, self.path)
            if self.later:
                self.later.close()
            self.later = open(self.path, "a", encoding="utf-8")  # noqa: SIM115
        except OSError as error:
            self.complain(error)

    def add(self, seconds: float, login: str, recipients: int) -> None:
        """So many recipients count, or do not count after all, for the minute that ends in so many seconds."""
        try:
            if self.later:
                print(json.dumps([time.time() + seconds, login, recipients]), file=self.later, flush=True)
        except OSError as error:
            self.complain(error)

    def complain(self, error: OSError) -> None:
        # A full disk is no reason to stop counting.
        print(f"the counts would not outlive a restart: {error}", file=sys.stderr, flush=True)
