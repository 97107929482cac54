#!/usr/bin/env python3
"""Says why a message on standard input is not signed as the file given (JSON) says; nothing where it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lib import dkim


def main() -> None:
    message = sys.stdin.buffer.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    problem = dkim.problem(message, **json.loads(Path(sys.argv[1]).read_text()))
    if problem:
        print(problem)


if __name__ == "__main__":
    main()
