"""Reads configurations with Postfix's own tools.

On standard input a list of folders' contents, each file by its path; what Postfix finds in each on standard output.
"""

from __future__ import annotations

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
from typing import Any


def run(*command: str, given: str = "") -> tuple[list[str], str]:
    done = subprocess.run(command, input=given, capture_output=True, text=True, errors="surrogateescape", check=False)
    return done.stdout.split("\n")[:-1], done.stderr


def read(files: dict[str, str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        # postmap reads main.cf first, and passwords may be root's alone.
        os.chmod(folder, 0o755)
        for path, body in files.items():
            os.makedirs(os.path.dirname(f"{folder}/{path}"), exist_ok=True)
            with open(f"{folder}/{path}", "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.write(body)
        found = {"main.cf": run("postconf", "-c", folder, "-xn"), "master.cf": run("postconf", "-c", folder, "-M")}
        found["options"] = run("postconf", "-c", folder, "-P")
        for path, body in files.items():
            if path in ("main.cf", "master.cf"):
                continue
            kind = re.search(rf"(\w+):\$config_directory/{path}\b", files["main.cf"] + files["master.cf"])
            table = f"{kind[1] if kind else 'texthash'}:{folder}/{path}"
            # Of a table of patterns only whether Postfix takes it.
            keys = [line.split(" ")[0] for line in body.split("\n")[:-1]] if table.startswith("texthash") else ["x"]
            found[path] = run("postmap", "-c", folder, "-q", "-", table, given="".join(f"{key}\n" for key in keys))
        return {
            path: {"said": [line.replace(folder, "") for line in said], "errors": errors.replace(folder, "")}
            for path, (said, errors) in found.items()
        }


with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print(json.dumps(list(pool.map(read, json.load(sys.stdin)))))
