"""The addresses of a header such as From, read strictly (RFC 5322 3.4).

Python's email package reads what it can and guesses the rest. Here a guess would be a hole: where another program reads
another address than this one, mail could carry an address that was never looked at.
"""

from __future__ import annotations

import re
from typing import NamedTuple

TOKEN = re.compile(
    r'(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<literal>\[[^][\\]*\])|(?P<special>[<>,;:@.])|(?P<atom>[^\s"()<>\[\],;:@.\\]+)'
)


class Unreadable(Exception):
    """No plain list of mailboxes, and why."""


class Token(NamedTuple):
    kind: str
    text: str

    @property
    def sign(self) -> str:
        """What it is in an address: a special character is itself."""
        return self.text if self.kind == "special" else self.kind


def addresses(value: str) -> list[str]:
    """Every address of a mailbox list, as `local@domain` without quotes."""
    found: list[str] = []
    item: list[Token] = []
    for token in [*tokens(value), Token("special", ",")]:
        if token.kind == "special" and token.text in ":;":
            raise Unreadable("a group is not accepted")
        if token != Token("special", ","):
            item.append(token)
            continue
        found += mailbox(item)
        item = []
    return found


def tokens(value: str) -> list[Token]:
    """Without white space and comments."""
    text = re.sub(r"\r?\n(?=[ \t])", "", value)
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", text):
        raise Unreadable("it has control characters")
    found = []
    at = 0
    while at < len(text):
        if text[at] in " \t":
            at += 1
        elif text[at] == "(":
            at = after_comment(text, at)
        else:
            match = TOKEN.match(text, at)
            if match is None:
                raise Unreadable("it cannot be read")
            found.append(Token(match.lastgroup or "", match.group()))
            at = match.end()
    return found


def after_comment(text: str, at: int) -> int:
    """Comments can hold comments, and backslashes before any character."""
    depth = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    raise Unreadable("a comment does not end")


def mailbox(item: list[Token]) -> list[str]:
    """`name <address>` or an address. A name that is an address itself, unquoted, is one to look at too."""
    signs = [token.sign for token in item]
    if "<" not in signs:
        return [address(item)]
    start = signs.index("<")
    if signs[-1] != ">" or signs.count("<") != 1 or signs.count(">") != 1 or "literal" in signs[:start]:
        raise Unreadable("it cannot be read")
    named = [address(item[:start])] if "@" in signs[:start] else []
    return [*named, address(item[start + 1 : -1])]


def address(item: list[Token]) -> str:
    signs = [token.sign for token in item]
    if "@" not in signs:
        raise Unreadable("an address has no domain" if item else "an address is missing")
    at = signs.index("@")
    local, domain = item[:at], item[at + 1 :]
    quoted = [token.kind for token in local] == ["quoted"]
    literal = [token.kind for token in domain] == ["literal"]
    if not (quoted or dotted(local)) or not (literal or dotted(domain)):
        raise Unreadable("it cannot be read")
    name = re.sub(r"\\(.)", r"\1", local[0].text[1:-1]) if quoted else "".join(token.text for token in local)
    return f"{name}@{''.join(token.text for token in domain)}"


def dotted(item: list[Token]) -> bool:
    """Atoms with a dot between each."""
    odd, even = item[::2], item[1::2]
    return (
        len(odd) == len(even) + 1
        and all(token.kind == "atom" for token in odd)
        and all(token == Token("special", ".") for token in even)
    )
