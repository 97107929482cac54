"""Runs a Pulumi program in Python. The SDK's own runner is part of the CLI, so this one stands in for it."""

import argparse
import asyncio
import os
import runpy
import sys
import traceback

import pulumi
import pulumi.runtime
from pulumi.runtime.config import get_config_env, get_config_secret_keys_env, set_all_config

EXIT_AFTER_SHOWN_ERROR = 32
# What the SDK raises when the engine, which has shown the reason, refuses further calls.
SHUTTING_DOWN = "Resource monitor has terminated, shutting down"


def main() -> int:
    parser = argparse.ArgumentParser()
    for option in ("monitor", "engine", "organization", "project", "stack", "root-directory"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("--parallel", type=int, required=True)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("program")
    program = parser.parse_args()

    settings = {name: value for name, value in vars(program).items() if name != "program"}
    pulumi.runtime.configure(pulumi.runtime.Settings(**settings))
    set_all_config(get_config_env(), get_config_secret_keys_env())
    sys.path.insert(0, os.getcwd())

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(
            pulumi.runtime.run_in_stack(lambda: runpy.run_path(program.program, run_name="__main__"))
        )
        return 0
    except pulumi.RunError as error:
        if str(error) != SHUTTING_DOWN:
            pulumi.log.error(str(error))
    except Exception:
        pulumi.log.error(f"Program failed with an unhandled exception:\n{traceback.format_exc()}")
    return EXIT_AFTER_SHOWN_ERROR


if __name__ == "__main__":
    sys.exit(main())
