"""The form in which Postfix's SMTP client sends a message: it breaks lines that are longer than SMTP allows.

A signature over an unbroken line would not verify. Headers are folded where they have white space, which says the same
to every reader and to DKIM.
"""

from __future__ import annotations

import re

# smtp_line_length_limit
LIMIT = 998

# The last place where a line can be folded.
FOLD = re.compile(rb".*[^ \t](?=[ \t])", re.DOTALL)


def folded(name: bytes, value: bytes) -> bytes:
    """A header's value, the same if no line is too long."""
    lines = (name + b": " + value).split(b"\n")
    if max(map(len, lines)) <= LIMIT:
        return value
    whole: list[bytes] = []
    for line in lines:
        while len(line) > LIMIT:
            place = FOLD.match(line[: LIMIT + 1])
            if not place or not line[place.end() :].strip(b" \t"):
                break
            whole.append(line[: place.end()])
            line = line[place.end() :]
        whole.append(Body().broken(line).replace(b"\r\n", b"\n"))
    return b"\n".join(whole)[len(name) + 1 :].lstrip(b" \t")


class Body:
    """A body that comes in parts, none of which ends between CR and LF."""

    def __init__(self) -> None:
        # How long the line is that goes on in the next part.
        self.column = 0

    def broken(self, part: bytes) -> bytes:
        *lines, last = part.split(b"\n")
        if self.column == 0 and max(map(len, [*lines, last])) <= LIMIT:
            self.column = len(last)
            return part
        return b"".join([*(self.line(line, b"\n") for line in lines), self.line(last, b"")])

    def line(self, text: bytes, ending: bytes) -> bytes:
        if ending and text.endswith(b"\r"):
            text, ending = text[:-1], b"\r\n"
        whole = b""
        # The rest follows on a new line, after a space.
        while self.column + len(text) > LIMIT:
            kept = LIMIT - self.column
            whole += text[:kept] + b"\r\n "
            text, self.column = text[kept:], 1
        self.column = 0 if ending else self.column + len(text)
        return whole + text + ending
