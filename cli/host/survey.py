"""Looks at many sides of a relay at once. Takes {"parts": {name: arguments}}; a part that fails does not end the others."""

import importlib
from concurrent.futures import ThreadPoolExecutor

from relayhost import note_deploy

PARALLEL = 12


def attempt(module, args):
    try:
        return {"seen": module.look(args)}
    # Whatever keeps one part from looking is for people to read, like all the rest.
    except Exception as error:
        return {"problem": str(error) or type(error).__name__}


def main(args):
    note_deploy()
    parts = {name: (importlib.import_module(name), wanted) for name, wanted in args["parts"].items()}
    with ThreadPoolExecutor(PARALLEL) as pool:
        running = {name: pool.submit(attempt, module, wanted) for name, (module, wanted) in parts.items()}
    yield {name: future.result() for name, future in running.items()}
