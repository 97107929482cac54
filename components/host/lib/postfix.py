"""Questions to Postfix itself."""

from __future__ import annotations

import os

from lib.process import output_of, succeeds

CONFIG = "/etc/postfix"


def parameter(name: str) -> str:
    """A parameter of the live configuration with the parameters in it replaced."""
    return output_of("postconf", "-xh", name)


def is_running() -> bool:
    """Asks for the master's lock: on most releases the unit `postfix` is active even when Postfix is not."""
    master = output_of("postconf", "-dh", "daemon_directory") + "/master"
    # `master -t` fails where a master runs, and also where there is no configuration.
    return os.path.exists(f"{CONFIG}/main.cf") and os.path.exists(master) and not succeeds(master, "-t")
