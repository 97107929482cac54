"""Where the journal has what Postfix logs."""

from __future__ import annotations

import pwd


def postfix_lines() -> list[str]:
    """What journalctl matches them by: any user may log in Postfix's name, but only as the user that he is."""
    return ["SYSLOG_FACILITY=2", "_UID=0", f"_UID={pwd.getpwnam('postfix').pw_uid}"]
