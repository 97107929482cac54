"""A line of Postfix's log, taken apart.

Clients and servers choose much of what a line says: addresses, HELO names, login names that fail, Message-IDs, header
text, replies. So a field counts only at its place in the lines of the daemon that writes it. Three rules of Postfix
make these places certain: a line begins with what Postfix says, a text from elsewhere ends it or cannot hold its own
end, and an address with special characters is quoted (`info_log_addr_form`). Control characters are `?` by then, so no
such text begins a line.

`test/python/cases/log-lines` has what each daemon was made to write, with its right reading.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Event(NamedTuple):
    """What a line tells; without a queue id where it is about no message."""

    kind: str
    queue_id: str | None
    fields: dict[str, str | None]


ID = r"[0-9A-Za-z]{6,30}"
QUEUE_ID = re.compile(rf"({ID}): ")
# Quoted as a whole or free of special characters: `>` and blanks stand only between quotes.
ADDRESS = r'(?:"(?:[^"\\]|\\.)*"|[^"\\\s<>,@]*)(?:@[^"\\\s<>,@]*)*'
CLIENT = r"(?P<client>[^\s,\[\]]+\[(?P<address>[^\s\[\]]+)\](?::\w+)?)"

# In this order: what is more special comes first.
KINDS = (
    (
        "arrival",
        ("smtpd",),
        # A login says what it likes in sasl_sender, by MAIL FROM's AUTH=.
        rf"(?P<id>{ID}): client={CLIENT}(?:, orig_queue_id=[^\s,]*)?(?:, orig_client=[^\s,]*)?"
        r"(?:, sasl_method=[^\s,]+)?(?:, sasl_username=(?P<login>[^,]+))?(?:, sasl_sender=.*)?",
    ),
    ("message-id", ("cleanup",), rf"(?P<id>{ID}): message-id=(?P<message_id>.*)"),
    # No text of others follows the address in this and the next one: the last end of an address is its end.
    (
        "queued",
        ("qmgr",),
        rf"(?P<id>{ID}): from=<(?P<sender>.*)>, size=(?P<size>\d+), nrcpt=(?P<recipients>\d+) \(queue active\)",
    ),
    ("expiry", ("qmgr",), rf"(?P<id>{ID}): from=<.*>, status=(?P<status>[\w-]+), returned to sender"),
    # All that comes of a recipient whose domain has special characters, which nothing quotes.
    (
        "attempt",
        ("error",),
        rf"(?P<id>{ID}): to=<(?P<recipient>.*?)>(?:, orig_to=<.*>)?, relay=(?P<relay>none), delay=(?P<delay>[\d.]+), "
        r"delays=[\d./]+, dsn=(?P<dsn>5\.1\.3), status=(?P<status>bounced) \((?P<reason>bad address syntax)\)",
    ),
    (
        "attempt",
        # The last two, too, have an outcome for a message that reaches no other.
        ("smtp", "lmtp", "local", "virtual", "pipe", "error", "discard", "qmgr", "cleanup"),
        rf"(?P<id>{ID}): to=<(?P<recipient>{ADDRESS})>(?:, orig_to=<{ADDRESS}>)?, relay=(?P<relay>[^\s,]+), "
        r"(?:conn_use=\d+, )?delay=(?P<delay>[\d.]+), delays=[\d./]+, (?:tls=[^\s,]*, )?"
        # The end of a long line may be cut off.
        r"dsn=(?P<dsn>[\d.]+), status=(?P<status>[\w-]+)(?: \((?P<reason>.*?)\)?)?",
    ),
    # A message that comes again under a new id, and one that tells of another.
    ("requeued", ("pickup",), rf"(?P<id>{ID}): uid=\d+ from=<.*> orig_id=(?P<original>{ID})"),
    ("notified", ("bounce",), rf"(?P<id>{ID}): [a-z -]+ notification: (?P<notification>{ID})"),
    ("refusal", ("smtpd",), rf"NOQUEUE: reject: [A-Z-]+ from {CLIENT}: .*"),
    (
        "login failure",
        ("smtpd",),
        # A mechanism in quotes can hold all of such a line, and is none; not every release names the login.
        rf"warning: {CLIENT}: SASL [\w-]+ authentication failed(?:: (?P<reason>.*?))?"
        r"(?:, sasl_username=(?P<login>.*))?",
    ),
)
PATTERNS = [(kind, programs, re.compile(pattern)) for kind, programs, pattern in KINDS]
SEVERITY = re.compile(r"(panic|fatal|error|warning): ")


def daemon(program: str) -> str:
    """The program behind the name in the log, which also has the service's."""
    return program.rpartition("/")[2]


def event(program: str, text: str) -> Event | None:
    """What a line tells; None for one that tells nothing of these kinds."""
    name = daemon(program)
    for kind, programs, pattern in PATTERNS:
        found = pattern.fullmatch(text) if name in programs else None
        if found:
            fields = found.groupdict()
            return Event(kind, fields.pop("id", None), fields)
    return None


def queue_id(text: str) -> str | None:
    """The message that a line is about."""
    found = QUEUE_ID.match(text)
    return found and found[1]


def severity(text: str) -> str | None:
    """How bad Postfix itself finds what it says."""
    found = SEVERITY.match(text)
    return found and found[1]
