"""What a deploy notes about a host, on a small tree, and what counts as drift there."""

from __future__ import annotations

import os
import pathlib
import subprocess
from typing import Any

import pytest

import drift
from lib import installed, listeners, sasldb, values
from lib.differences import differences


@pytest.fixture
def host(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A host with one generation and one user database, as a deploy has noted it."""
    etc, records = tmp_path / "etc", tmp_path / "records"
    live = etc / "generations" / "first"
    for folder in (live / "sasl", etc / "tls", etc / "sasl", records):
        folder.mkdir(parents=True)
    for name in ("main.cf", "sasl/smtpd.conf", "store", "smoke.plan"):
        (live / name).write_text(f"{name}\n")
        (live / name).chmod(0o644)
    (etc / "tls" / "relay.pem").write_text("key")
    (etc / "generations" / "current").symlink_to("first")
    (etc / "main.cf").symlink_to(etc / "generations" / "current" / "main.cf")
    (etc / "sasl" / "smtpd.conf").symlink_to(etc / "generations" / "current" / "sasl" / "smtpd.conf")
    monkeypatch.setattr(installed, "ETC", str(etc))
    monkeypatch.setattr(installed, "GENERATIONS", f"{etc}/generations")
    monkeypatch.setattr(installed, "RECORDS", str(records))
    monkeypatch.setattr(installed, "unit_names", list)
    monkeypatch.setattr(listeners, "listeners", list)
    (records / "installed.files").write_text("".join(f"{line}\n" for line in installed.files()))
    return tmp_path


def found(texts: Any = None) -> list[Any]:
    return list(drift.inspect({"texts": texts or {}})["differences"])


def test_notes_have_the_form_of_earlier_deploys(host: pathlib.Path) -> None:
    """Those were written with sha256sum and stat; another form would be drift on every host."""
    main_cf = host / "etc" / "main.cf"
    script = f"""
        echo "{main_cf} link $(readlink {main_cf})"
        echo "{main_cf} content $(sha256sum <{main_cf})"
        stat -Lc '{main_cf} mode %a %U:%G' {main_cf}"""
    expected = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line for line in installed.files() if line.startswith(f"{main_cf} ")] == expected


def test_the_deploys_own_notes_are_no_configuration(host: pathlib.Path) -> None:
    assert not [line for line in installed.files() if "smoke.plan" in line or "/store " in line]


def test_nothing_changed(host: pathlib.Path) -> None:
    assert differences() == found() == []


def test_an_edited_file_is_shown_as_a_diff_of_the_text_the_stack_knows(host: pathlib.Path) -> None:
    path = host / "etc" / "main.cf"
    path.write_text("other\n")
    assert differences()[0]["aspect"] == "content"
    expected = {"path": str(path), "aspect": "content", "step": "apply", "secret": False}
    assert found() == [{**expected, "diff": None}]
    assert found({"main.cf": "main.cf\n"}) == [{**expected, "diff": ["@@ -1 +1 @@", "-main.cf", "+other"]}]


def test_an_edited_configuration_tells_what_it_says_differently(
    host: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        values, "lines", lambda _: ["mynetworks = 0.0.0.0/0", "always_bcc = eve@example.com", "empty ="]
    )
    noted = "mynetworks = 127.0.0.0/8\nrelayhost =\nempty =\nsmtp/inet = n - y - - smtpd\n"
    (host / "records" / "installed.values").write_text(noted)
    (host / "etc" / "main.cf").write_text("other\n")
    changed: list[dict[str, Any]] = [
        {"name": "mynetworks", "installed": "127.0.0.0/8", "present": "0.0.0.0/0"},
        {"name": "relayhost", "installed": "", "present": None},
        {"name": "always_bcc", "installed": None, "present": "eve@example.com"},
    ]
    assert differences()[0]["values"] == found()[0]["values"] == changed
    assert [values.describe(one) for one in changed] == [
        "mynetworks is '0.0.0.0/0' instead of '127.0.0.0/8'",
        "relayhost is gone",
        "always_bcc is new: eve@example.com",
    ]


def test_a_listener_that_does_not_answer(host: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = listeners.Listener("submission", "127.0.0.1", 587)
    monkeypatch.setattr(listeners, "silent", lambda: {submission: "no answer"})
    expected = {
        "path": "port 587",
        "aspect": "listener",
        "installed": "greets",
        "present": "no answer",
        "step": "apply",
    }
    assert found() == [expected]
    # Without Postfix there is nothing more to say.
    monkeypatch.setattr(installed, "unit_names", lambda: ["postfix"])
    monkeypatch.setattr(installed, "unit_state", lambda name: {"unit": name, "enabled": "enabled", "runs": False})
    assert [one["path"] for one in found()] == ["postfix"]


def test_notes_that_are_gone_are_told_once_a_deploy_has_ended(host: pathlib.Path) -> None:
    (host / "records" / "installed.files").unlink()
    assert found() == differences() == []
    (host / "records" / "proof.json").touch()
    lost = [{"path": f"{host}/records/installed.files", "aspect": "gone", "step": "apply"}]
    assert found() == differences() == lost


def test_a_file_that_others_may_not_read_is_not_shown(host: pathlib.Path) -> None:
    (host / "etc" / "main.cf").chmod(0o600)
    (host / "records" / "installed.files").write_text("".join(f"{line}\n" for line in installed.files()))
    (host / "etc" / "main.cf").write_text("password\n")
    assert found({"main.cf": "main.cf\n"})[0] == {
        "path": f"{host}/etc/main.cf",
        "aspect": "content",
        "step": "apply",
        "secret": True,
        "diff": None,
    }


def test_a_file_in_place_of_a_link_is_shown_with_what_it_changes(host: pathlib.Path) -> None:
    path = host / "etc" / "main.cf"
    path.unlink()
    path.write_text("main.cf\nmore\n")
    assert [(one["aspect"], one["present"], one["diff"]) for one in found()] == [
        ("link", "none", ["@@ -1 +1,2 @@", " main.cf", "+more"])
    ]


def test_a_deleted_file_and_a_new_one_are_told_once(host: pathlib.Path) -> None:
    live = host / "etc" / "generations" / "first"
    (live / "sasl" / "smtpd.conf").unlink()
    (live / "more").write_text("")
    assert [(os.path.basename(one["path"]), one["aspect"]) for one in found()] == [
        ("smtpd.conf", "gone"),
        ("more", "new"),
    ]


def service(host: pathlib.Path, content: str) -> pathlib.Path:
    """A service's file on the host, and the copy that a deploy has kept of it."""
    path = host / "service.conf"
    for place in (path, pathlib.Path(f"{host}/records/services/watch/tree{path}")):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
        place.chmod(0o644)
    return path


@pytest.mark.skipif(os.getuid() != 0, reason="files of services are root's")
def test_a_services_file_is_compared_with_the_copy_that_was_kept(host: pathlib.Path) -> None:
    path = service(host, "one\n")
    assert found() == []
    path.chmod(0o600)
    assert [(one["path"], one["aspect"], one["present"]) for one in found()] == [(str(path), "mode", "600 root:root")]
    path.chmod(0o644)
    path.write_text("two\n")
    assert [(one["aspect"], one["diff"]) for one in found()] == [("content", ["@@ -1 +1 @@", "-one", "+two"])]
    path.unlink()
    assert [one["aspect"] for one in found()] == ["gone"]


def key(user: str) -> str:
    return f"{user}\0example.com\0userPassword".encode().hex()


@pytest.mark.parametrize(
    ("whose", "entries", "expected"),
    [
        ("all", {"alice": "1"}, []),
        ("all", {"alice": "2"}, [{"added": [], "removed": []}]),
        ("all", {"alice": "1", "eve": "3"}, [{"added": ["eve@example.com"], "removed": []}]),
        ("all", {}, [{"added": [], "removed": ["alice@example.com"]}]),
        # In a database that other programs share, their logins are no drift.
        ("ours", {"alice": "1", "eve": "3"}, []),
        ("ours", {"eve": "3"}, [{"added": [], "removed": ["alice@example.com"]}]),
    ],
)
def test_users(
    host: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    whose: str,
    entries: dict[str, str],
    expected: list[dict[str, list[str]]],
) -> None:
    database = "/nowhere/relay.db"
    stored = {key("alice"): "31"}
    monkeypatch.setattr(sasldb, "read", lambda _: stored)
    (host / "records" / "users.relay.db").write_text(f"{key('alice')}\n")
    (host / "records" / "installed.users").write_text("\n".join(installed.users(database, "chrootOnly", whose)))
    stored = {key(user): password.encode().hex() for user, password in entries.items()}
    shared = {"path": database, "aspect": "users", "step": "users"}
    assert found() == [{**shared, **changed} for changed in expected]
    assert "31" not in str(found())


def test_before_the_first_deploy_nothing_is_compared(host: pathlib.Path) -> None:
    (host / "records" / "installed.files").unlink()
    assert drift.inspect({}) == {"deployed": False, "differences": []}


def test_units(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "RECORDS", str(tmp_path))
    assert installed.unit_names() == ["postfix"]
    for name, unit in {"watch": "mail-relay-watch.timer", "renewal": "certbot.timer"}.items():
        (tmp_path / "services" / name).mkdir(parents=True)
        (tmp_path / "services" / name / "unit").write_text(f"{unit}\n")
    assert installed.unit_names() == ["postfix", "certbot.timer", "mail-relay-watch.timer"]
