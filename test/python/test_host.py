"""The parts of the library that ask the host."""

from __future__ import annotations

import fcntl
import pathlib
import smtplib
from typing import cast

import pytest

from lib import lock, postfix, process, smtp


@pytest.fixture
def programs(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A folder that comes first on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(postfix, "CONFIG", str(tmp_path))
    program(tmp_path, "postconf", f"echo {tmp_path}")
    (tmp_path / "main.cf").touch()
    return tmp_path


def program(folder: pathlib.Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(("code", "expected"), [(1, True), (0, False)])
def test_postfix_runs_when_its_master_holds_the_lock(programs: pathlib.Path, code: int, expected: bool) -> None:
    program(programs, "master", f'[ "$*" = -t ] && exit {code}')
    assert postfix.is_running() is expected


def test_postfix_does_not_run_without_configuration_or_program(programs: pathlib.Path) -> None:
    assert not postfix.is_running()
    program(programs, "master", "exit 1")
    (programs / "main.cf").unlink()
    assert not postfix.is_running()


def test_a_deploy_is_at_work_while_its_lock_is_held(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deploy.lock"
    monkeypatch.setattr(lock, "FOLDER", str(tmp_path))
    assert not lock.is_deploying()
    with path.open("w") as held:
        assert not lock.is_deploying()
        fcntl.flock(held, fcntl.LOCK_EX)
        assert lock.is_deploying()
    assert not lock.is_deploying()


def test_a_program_that_is_missing_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PATIENCE", 0.2)
    assert process.output_of("/no/such/program") == process.output_of("sleep", "60") == ""
    assert process.output_of("sh", "-c", "echo ' one '; exit 1") == "one"
    assert process.output_of("cat", given="two") == "two"
    assert [process.succeeds(*command) for command in (("true",), ("false",), ("/no/such",), ("sleep", "60"))] == [
        *(True, False, False, False)
    ]


class Server:
    """Takes the place of a client's session and keeps the lines that would have been sent."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def docmd(self, line: str) -> tuple[int, bytes]:
        self.lines.append(line)
        # RFC 2195's own challenge.
        return 334, b"PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"


@pytest.mark.parametrize(
    ("mechanism", "login", "password", "expected"),
    [
        ("PLAIN", "alice", "pä ss", ["AUTH PLAIN AGFsaWNlAHDDpCBzcw=="]),
        ("LOGIN", "alice", "pä ss", ["AUTH LOGIN", "YWxpY2U=", "cMOkIHNz"]),
        (
            *("CRAM-MD5", "tim", "tanstaaftanstaaf"),
            ["AUTH CRAM-MD5", "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"],
        ),
        # As sasldb gives back a password of another encoding.
        ("PLAIN", "a", "\udcff", ["AUTH PLAIN AGEA/w=="]),
    ],
)
def test_authentication(mechanism: str, login: str, password: str, expected: list[str]) -> None:
    server = Server()
    smtp.authenticate(cast(smtplib.SMTP, server), mechanism, login, password)
    assert server.lines == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (smtplib.SMTPConnectError(554, b"no service"), "554 no service"),
        (smtplib.SMTPConnectError(-1, "no bytes"), "-1 no bytes"),
        (TimeoutError(), "no answer"),
        (OSError("timed out"), "no answer"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (ValueError(), "ValueError"),
    ],
)
def test_errors_are_described_in_a_few_words(error: Exception, expected: str) -> None:
    assert smtp.describe_error(error) == expected
