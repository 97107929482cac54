"""Copies of secrets on a small tree: only those that every user can reach and read, and never by what is public."""

from __future__ import annotations

import pathlib

import pytest

import exposure
import sasl
from lib import sasldb

PASSWORD = "correct horse battery"
LINES = ["MIIEvQIBADANBgkqhkiG9w0BAQ", "middleOfTheKeyThatIsSecret", "lastLineOfTheKey=="]


@pytest.fixture
def tree(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    key = tmp_path / "private" / "relay.pem"
    key.parent.mkdir(mode=0o700)
    key.write_text("-----BEGIN PRIVATE KEY-----\n" + "\n".join(LINES) + "\n-----END PRIVATE KEY-----\n")
    tmp_path.chmod(0o755)
    login = sasldb.Key("alice", "example.test", "userPassword")
    monkeypatch.setattr(exposure, "ROOTS", (str(tmp_path),))
    monkeypatch.setattr(exposure, "key_files", lambda: [str(key)])
    monkeypatch.setattr(exposure, "since", lambda: 0)
    monkeypatch.setattr(sasl, "logins", lambda: [(login, PASSWORD), (login, "short")])
    monkeypatch.setattr(sasl, "place", lambda: None)
    return tmp_path


def write(path: pathlib.Path, text: str, mode: int = 0o644) -> None:
    path.write_text(text)
    path.chmod(mode)


def test_copies(tree: pathlib.Path) -> None:
    write(tree / "notes", f"alice: {PASSWORD}\n")
    write(tree / "key", f"{LINES[1]}\n")
    write(tree / "public", f"a short one, and {LINES[0]}\n-----END PRIVATE KEY-----\n")
    write(tree / "kept", PASSWORD, 0o600)
    (tree / "closed").mkdir(mode=0o700)
    write(tree / "closed" / "notes", PASSWORD)
    seen = exposure.inspect({})
    assert seen["complete"]
    assert [copy["path"] for copy in seen["copies"]] == [str(tree / "key"), str(tree / "notes")]
    assert PASSWORD not in str(seen)


def test_a_program_with_roots_rights_that_no_package_has(tree: pathlib.Path) -> None:
    write(tree / "shell", "", 0o4755)
    write(tree / "program", "", 0o755)
    owner = (tree / "shell").stat().st_uid
    assert exposure.inspect({})["privileged"] == ([str(tree / "shell")] if owner == 0 else [])


def test_writable_by_all(tree: pathlib.Path) -> None:
    for name, mode in (("open", 0o777), ("common", 0o1777), ("own", 0o755)):
        (tree / name).mkdir()
        (tree / name).chmod(mode)
    state = (tree / "open").stat()
    findings = exposure.Findings()
    for path in ("/etc/open", "/usr/local/bin", "/tmp/open", "/etcetera"):
        findings.look_at(path, state)
    findings.look_at("/var/spool/cron/crontabs", (tree / "common").stat())
    findings.look_at("/etc/own", (tree / "own").stat())
    assert findings.writable == ["/etc/open", "/usr/local/bin"]


def test_a_walk_that_meets_too_many_files_says_so(tree: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "folder").mkdir()
    monkeypatch.setattr(exposure, "MOST_ENTRIES", 1)
    assert not exposure.inspect({})["complete"]
