"""Compares the host with what the last deploy noted, and shows what was changed where that is no secret.

Takes {"texts": {"main.cf": "...", ...}}: files as the stack knows them, used where they are what was installed. The
differences are those that the drift step of a deploy finds.
"""

from __future__ import annotations

import difflib
import glob
import os
from collections.abc import Iterator
from typing import Any, Dict, Tuple

from lib import differences, installed
from lib.differences import Difference

LONGEST_DIFF = 200

Modes = Dict[Tuple[str, str], str]


def is_secret(mode: str | None) -> bool:
    """A file that only some users may read is not shown."""
    return not mode or not int(mode.split()[0], 8) & 0o004


def changes(before: bytes, after: bytes) -> list[str]:
    """A unified diff's lines, without the head that names files."""
    old, new = (content.decode(errors="replace").splitlines() for content in (before, after))
    shown = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
    return shown[:LONGEST_DIFF] + ([f"... {len(shown) - LONGEST_DIFF} lines more"] if len(shown) > LONGEST_DIFF else [])


def installed_text(path: str, digest: str, texts: dict[str, str]) -> bytes | None:
    """The content with that digest, from where a deploy keeps copies or from the stack; None when it is gone."""
    name = os.path.relpath(path, installed.ETC)
    copies = [installed.read(copy) for copy in glob.glob(f"{installed.GENERATIONS}/*/{name}")]
    copies += [installed.read(copy) for copy in glob.glob(f"{installed.RECORDS}/services/*/tree{path}")]
    copies += [texts[name].encode()] if name in texts else []
    return next((copy for copy in copies if copy is not None and installed.digest(copy) == digest), None)


def live_file(path: str) -> bytes | None:
    """The content of a file of the live generation, or of a file outside of it."""
    inside = f"{installed.live_generation()}/{os.path.relpath(path, installed.ETC)}"
    return installed.read(inside if path.startswith(f"{installed.ETC}/") and os.path.exists(inside) else path)


def explain(difference: Difference, modes: Modes, texts: dict[str, str]) -> Difference:
    """A difference as people see it: with the changed lines or logins instead of digests."""
    path, aspect = difference["path"], difference["aspect"]
    secret = is_secret(modes.get((path, "mode")))
    shown = {key: difference[key] for key in ("path", "aspect", "step", "values") if key in difference}
    if aspect == "content":
        before = None if secret else installed_text(path, difference["installed"], texts)
        diff = None if before is None else changes(before, live_file(path) or b"")
        return {**shown, "secret": secret, "diff": diff}
    if aspect == "users":
        return {**shown, **{key: difference[key] for key in ("added", "removed")}}
    own = installed.read(path) if aspect == "link" and difference["present"] == "none" else None
    if own is not None and not secret:
        return {**difference, "diff": changes(live_file(path) or b"", own)}
    return difference


def inspect(args: dict[str, Any]) -> dict[str, Any]:
    noted = installed.noted("files")
    modes = differences.parse([*noted, *installed.services()[0]])
    found = (
        [explain(one, modes, args.get("texts", {})) for one in differences.differences()]
        if noted
        else differences.lost_notes()
    )
    return {"deployed": bool(noted or found), "differences": found}


def main(args: dict[str, Any]) -> Iterator[Any]:
    yield inspect(args)
