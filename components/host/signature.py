#!/usr/bin/env python3
"""Says why a message on standard input is not signed as the file given (JSON) says; nothing where it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lib import dkim
from lib.process import output_of


def main() -> None:
    message = sys.stdin.buffer.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    wanted = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    public_key = output_of("openssl", "pkey", "-in", wanted["keyFile"], "-pubout")
    problem = dkim.problem(message, wanted["domain"], wanted["selector"], public_key)
    if problem:
        print(problem)


if __name__ == "__main__":
    main()
