"""Inspects many parts of a relay at once. Takes {"parts": {name: arguments}}; a failing part leaves the others."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

from relayhost import note_deploy

PARALLEL = 16


def attempt(module: ModuleType, args: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"seen": module.inspect(args)}
    # Whatever makes one part fail is for people to read, like all the rest.
    except Exception as error:
        return {"problem": str(error) or type(error).__name__}


def main(args: dict[str, Any]) -> Iterator[Any]:
    note_deploy()
    parts = {name: (importlib.import_module(name), wanted) for name, wanted in args["parts"].items()}
    with ThreadPoolExecutor(PARALLEL) as pool:
        running = {name: pool.submit(attempt, module, wanted) for name, (module, wanted) in parts.items()}
    yield {name: future.result() for name, future in running.items()}
