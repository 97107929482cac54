"""What counts as changed by hand: neither what a deploy or a package brought, nor what is older than the deploy."""

from __future__ import annotations

import hashlib
import pathlib

import pytest

import handmade
import packages


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    names = ("deployed", "listed", "conffile", "edited", "added", "snap-core.mount", "x.dpkg-old")
    for name in names:
        (tmp_path / name).write_text(name)
    (tmp_path / "folder").mkdir()
    known = {f"{tmp_path}/{name} {hashlib.md5(b'conffile').hexdigest()}" for name in ("conffile", "edited")}
    monkeypatch.setattr(handmade, "PLACES", (f"{tmp_path}/**",))
    monkeypatch.setattr(handmade, "homes", set)
    monkeypatch.setattr(handmade, "deployed", lambda: {f"{tmp_path}/deployed"})
    monkeypatch.setattr(handmade, "from_packages", lambda: known)
    monkeypatch.setattr(handmade, "brought", lambda paths: {f"{tmp_path}/listed"} & set(paths))
    return tmp_path


def test_what_was_changed_since_the_deploy(folder: pathlib.Path) -> None:
    assert handmade.changed_since(0) == [f"{folder}/added", f"{folder}/edited"]


def test_what_was_there_before(folder: pathlib.Path) -> None:
    later = (folder / "added").stat().st_ctime + 60
    assert handmade.changed_since(later) == []


def test_a_programs_own_name_does_not_hide_another(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for place in (first / "postsuper", second / "postsuper", first / "own"):
        place.parent.mkdir(exist_ok=True)
        place.touch()
    monkeypatch.setattr(handmade, "FIRST", (str(first), str(tmp_path / "none")))
    monkeypatch.setattr(handmade, "SECOND", (str(second),))
    assert handmade.shadowing() == [f"{first}/postsuper"]


def test_configuration_of_a_package_may_be_changed() -> None:
    said = "??5??????   /usr/lib/postfix/sbin/smtpd\n??5?????? c /etc/default/postfix\nmissing     /usr/share/doc/x\n"
    assert packages.CHANGED.findall(said) == ["/usr/lib/postfix/sbin/smtpd"]
