"""Milter of the listeners with a login: a message carries only addresses that its login may send as.

Run as `header_from.py CONFIG` with a listening socket from systemd. The configuration (JSON) names for each of the
`logins` what it may send as: addresses, `@domain` or `any`, in lower case; and the `realms`, with one of which or
none a client may log in. SIGHUP makes it read the configuration again, so that no connection is lost.

Looks at From, of which there must be exactly one (RFC 5322 3.6), at Sender, Resent-From and Resent-Sender.
"""

from __future__ import annotations

import json
import signal
import string
import sys
from collections.abc import Sequence
from typing import Any, Tuple

from lib import milter, server
from lib.login import without_realm
from mailboxes import Unreadable, addresses

ORIGIN = ("from", "sender", "resent-from", "resent-sender")
REFUSED = "553 5.7.1"
# Of these headers; more would only fill the memory.
MOST = 1000
# Of ASCII alone, as Postfix: other letters can become ASCII ones.
LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)

# Name in lower case, and value.
Header = Tuple[str, str]


class Owners:
    """What each login may send as."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.realms = [realm.translate(LOWER) for realm in config["realms"]]
        self.logins: dict[str, list[str]] = {
            login.translate(LOWER): allowed for login, allowed in config["logins"].items()
        }

    def allowed(self, login: str) -> list[str]:
        return self.logins.get(without_realm(login.translate(LOWER), self.realms), [])

    def complaint(self, login: str, headers: Sequence[Header]) -> str | None:
        """Why a login's message with these headers is refused, or None."""
        allowed = self.allowed(login)
        if "any" in allowed:
            return None
        if len(headers) >= MOST:
            return f"Message rejected: it has {MOST} headers or more that say who it is from"
        names = [name for name, _ in headers]
        if "from" not in names:
            return "Message rejected: it has no From header"
        for name in ("from", "sender"):
            if names.count(name) > 1:
                return f"Message rejected: it has more than one {name.title()} header"
        for name, value in headers:
            try:
                foreign = [found for found in addresses(value) if not covered(found, allowed)]
            except Unreadable as error:
                return f"{name.title()} header rejected: {error}"
            if foreign:
                return f"<{foreign[0]}>: {name.title()} header rejected: not owned by user {login}"
        return None


def covered(address: str, allowed: Sequence[str]) -> bool:
    """As Postfix looks up an envelope's sender: the address, then without its +extension, then its domain."""
    local, _, domain = address.translate(LOWER).rpartition("@")
    at = local.find("+")
    plain = local[:at] if at > 0 else local
    return any(own in (f"{local}@{domain}", f"{plain}@{domain}", f"@{domain}") for own in allowed)


class Conversation(milter.Session):
    """Collects the headers of each message that may name who it is from."""

    server: Server
    wishes = (
        milter.NO_CONNECT
        | milter.NO_HELO
        | milter.NO_RCPT
        | milter.NO_DATA
        | milter.NO_UNKNOWN
        | milter.NO_END_OF_HEADERS
        | milter.NO_BODY
        | milter.NO_ANSWER_TO_MAIL
        | milter.NO_ANSWER_TO_HEADERS
    )

    def setup(self) -> None:
        super().setup()
        self.headers: list[Header] = []

    def seen(self, command: int, data: bytes) -> bytes:
        if command == milter.HEADER:
            name, value, *_ = [*milter.texts(data), "", ""]
            name = name.strip().translate(LOWER)
            if name in ORIGIN and len(self.headers) < MOST:
                self.headers.append((name, value))
        elif command == milter.END:
            return self.verdict()
        return milter.CONTINUE

    def verdict(self) -> bytes:
        headers, self.headers = self.headers, []
        login = self.macros.get("{auth_authen}")
        if login is None:
            # Only listeners that demand a login ask: rather later than unchecked.
            return milter.TEMPFAIL
        complaint = self.server.owners.complaint(login, headers)
        return milter.CONTINUE if complaint is None else milter.reply(REFUSED, complaint)

    def ended(self) -> None:
        self.headers = []


class Server(server.Server):
    def __init__(self, config: str) -> None:
        super().__init__(server.passed(), Conversation)
        self.config = config
        self.owners = self.read()

    def read(self) -> Owners:
        with open(self.config, encoding="utf-8") as file:
            return Owners(json.load(file))

    def reload(self) -> None:
        try:
            self.owners = self.read()
        except (OSError, ValueError, LookupError) as error:
            print(f"going on as before, because {self.config} is not readable: {error}", file=sys.stderr, flush=True)


def main(config: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Server(config) as serving:
        signal.signal(signal.SIGHUP, lambda *_: serving.reload())
        serving.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
