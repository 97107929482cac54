"""The name of a login, which a client may give bare or with one of its realms."""

from __future__ import annotations

from collections.abc import Iterable


def without_realm(login: str, realms: Iterable[str]) -> str:
    suffix = next((f"@{realm}" for realm in realms if login.endswith(f"@{realm}")), "")
    return login[: len(login) - len(suffix)]
