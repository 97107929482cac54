"""What `postfix check` says of links: it is the file behind one that others may write or not."""

from __future__ import annotations

import pathlib

import pytest

import postfixCheck


def test_a_link_is_judged_by_the_file_it_leads_to(tmp_path: pathlib.Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.touch()
    link.symlink_to(file)
    said = [f"postfix/postfix-script: warning: group or other writable: {path}" for path in (link, file)]
    file.chmod(0o644)
    assert postfixCheck.complaints(said[0]) == []
    file.chmod(0o666)
    assert postfixCheck.complaints("\n".join(said)) == [
        f"group or other writable: {link}",
        f"group or other writable: {file}",
    ]
    file.unlink()
    assert postfixCheck.complaints(said[0]) == []


def test_other_name_servers_in_the_chroot(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host, copy = tmp_path / "resolv.conf", tmp_path / "queue" / "resolv.conf"
    copy.parent.mkdir()
    monkeypatch.setattr(postfixCheck, "RESOLVERS", "/resolv.conf")
    assert postfixCheck.other_resolvers(str(copy.parent)) == []
    monkeypatch.setattr(postfixCheck, "read", lambda path: (copy if path == str(copy) else host).read_bytes())
    for text, found in (("one", 0), ("another", 1)):
        host.write_text("one")
        copy.write_text(text)
        assert len(postfixCheck.other_resolvers(str(copy.parent))) == found
