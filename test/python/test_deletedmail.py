"""No message is lost, whenever deleting or restoring is cut off or the disk is full: it is in the queue or a copy."""

from __future__ import annotations

import errno
import itertools
import os
import pathlib
import pwd
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import deletedcopies
import deletedmail
from relayhost import Refusal

IDS = ("4AAAA", "4BBBB", "4CCCC")
HELD = "4DDDD"
ALL = {*IDS, HELD}
# What a change does to a disk; it can be cut off, or fail, before each.
WRITING = ("link", "rename", "mkdir", "fsync")
STEPS = (*WRITING, "unlink", "chmod", "chown", "utime", "rmdir")


class Killed(BaseException):
    """Ends the program at once, as `kill -9` does."""


# When all messages arrived.
EVER = {"arrival_time": 1_000_000}


class Queue:
    """A queue with three deferred messages and one on hold, and what Postfix's programs do to it."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.spool = folder / "spool"
        self.busy = False

    def fill(self) -> None:
        shutil.rmtree(self.folder)
        for queue in ("deferred", "hold", "maildrop"):
            (self.spool / queue).mkdir(parents=True)
        for queue_id in ALL:
            path = self.path("hold" if queue_id == HELD else "deferred", queue_id)
            path.write_text(f"text of {queue_id}")
            path.chmod(0o700)
            os.utime(path, (4e9, 4e9))

    def path(self, queue: str, queue_id: str) -> pathlib.Path:
        return self.spool / queue / queue_id

    def messages(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self.spool.glob("*/*")):
            if path.stat().st_mode & 0o700 == 0o700:
                yield {"queue_name": path.parent.name, "queue_id": path.name, **EVER, "text": path.read_text()}

    def postsuper(self, verb: str, ids: list[str], *_queues: str) -> list[str]:
        self.busy = True
        source = "deferred" if verb == "hold" else "hold"
        done = [queue_id for queue_id in ids if self.path(source, queue_id).exists()]
        for queue_id in done:
            if verb == "delete":
                os.unlink(self.path(source, queue_id))
            else:
                os.rename(self.path(source, queue_id), self.path("hold" if verb == "hold" else "deferred", queue_id))
        self.busy = False
        return done

    def ids(self) -> set[str]:
        return {message["queue_id"] for message in self.messages()}

    def texts(self) -> list[str]:
        return sorted(message["text"] for message in self.messages())


TEXTS = sorted(f"text of {queue_id}" for queue_id in ALL)


def copied() -> set[str]:
    return {message["queue_id"] for message, _ in deletedcopies.copies()}


@pytest.fixture
def queue(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    queue = Queue(tmp_path / "host")
    queue.folder.mkdir()
    queue.fill()
    settings = {"queue_directory": str(queue.spool), "mail_owner": pwd.getpwuid(os.getuid()).pw_name}
    for module in (deletedcopies, deletedmail):
        monkeypatch.setattr(module, "setting", settings.__getitem__)
    monkeypatch.setattr(deletedcopies, "FOLDER", str(queue.folder / "deleted"))
    monkeypatch.setattr(deletedcopies, "RULE", str(queue.folder / "tmpfiles.d" / "rule.conf"))
    monkeypatch.setattr(deletedmail, "output", lambda _command: "")
    monkeypatch.setattr(deletedmail, "messages", queue.messages)
    monkeypatch.setattr(deletedmail, "postsuper", queue.postsuper)
    monkeypatch.setattr(deletedmail, "wake_pickup", lambda: None)
    monkeypatch.setattr(deletedmail, "note", lambda _text: None)
    return queue


def cut(queue: Queue, number: int, failure: BaseException, work: Callable[[], object]) -> bool:
    """Does the work with a failure before one of its steps; returns whether it came to that step."""
    left = number
    # A full disk is Postfix's own trouble where it is Postfix that writes.
    postfix_too = isinstance(failure, Killed)
    with pytest.MonkeyPatch.context() as patch:

        def failing(step: Callable[..., object]) -> Callable[..., object]:
            def tried(*args: Any, **options: Any) -> object:
                nonlocal left
                if postfix_too or not queue.busy:
                    left -= 1
                    if left == -1:
                        raise failure
                return step(*args, **options)

            return tried

        for name in STEPS if postfix_too else WRITING:
            patch.setattr(os, name, failing(getattr(os, name)))
        try:
            work()
        except (Killed, Refusal):
            assert left < 0
    queue.busy = False
    return left < 0


def far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the copies on another file system than the queue."""
    link, rename = os.link, os.rename

    def apart(step: Callable[..., None]) -> Callable[..., None]:
        def tried(source: Any, target: Any, **options: Any) -> None:
            if ("spool" in str(source)) != ("spool" in str(target)):
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
            step(source, target, **options)

        return tried

    monkeypatch.setattr(os, "link", apart(link))
    monkeypatch.setattr(os, "rename", apart(rename))


def delete(queue: Queue) -> list[str]:
    return deletedmail.delete(queue.messages())


def restore() -> list[str]:
    return deletedmail.restore(lambda _message: True, len(ALL))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Does not wait for the disk where the same is done again and again."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    for module in (deletedcopies, deletedmail):
        monkeypatch.setattr(module, "files_to_disk", lambda _folder: None)


@pytest.fixture(params=["near", "far"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "far":
        far(monkeypatch)
    return str(request.param)


@pytest.mark.usefixtures("place")
def test_what_was_deleted_comes_back(queue: Queue) -> None:
    assert set(delete(queue)) == ALL
    assert queue.texts() == []
    assert copied() == ALL
    for _, path in deletedcopies.copies():
        # Root's alone, and as old as the deletion: systemd-tmpfiles removes them a day after it.
        assert os.stat(path).st_mode & 0o777 == 0o600
        assert os.stat(path).st_mtime < 4e9
    assert set(restore()) == ALL
    back = {message["queue_id"]: message["queue_name"] for message in queue.messages()}
    assert back == {**dict.fromkeys(IDS, "maildrop"), HELD: "hold"}
    assert queue.texts() == TEXTS
    assert os.listdir(deletedcopies.FOLDER) == []


@pytest.mark.usefixtures("place", "quick")
def test_a_deletion_cut_off_anywhere_loses_nothing(queue: Queue) -> None:
    for number in itertools.count():
        queue.fill()
        if not cut(queue, number, Killed(), lambda: delete(queue)):
            break
        assert queue.ids() | copied() == ALL, number
        # Copies count all at once.
        assert copied() in (set(), ALL), number
        # What is still in the queue can be deleted again, and then all comes back once.
        delete(queue)
        assert queue.ids() == set(), number
        restore()
        assert queue.texts() == TEXTS, number
        assert copied() == set(), number
    assert number > 20


@pytest.mark.usefixtures("place", "quick")
def test_a_restoration_cut_off_anywhere_loses_nothing(queue: Queue) -> None:
    for number in itertools.count():
        queue.fill()
        delete(queue)
        if not cut(queue, number, Killed(), restore):
            break
        assert queue.ids() | copied() == ALL, number
        restore()
        assert queue.texts() == TEXTS, number
    assert number > 10


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.usefixtures("place", "quick")
def test_without_room_for_copies_nothing_is_deleted(queue: Queue) -> None:
    for number in itertools.count():
        queue.fill()
        before = sorted((one["queue_id"], one["queue_name"]) for one in queue.messages())
        if not cut(queue, number, FULL, lambda: delete(queue)):
            break
        assert sorted((one["queue_id"], one["queue_name"]) for one in queue.messages()) == before, number
        assert copied() == set(), number
    assert number > 3


@pytest.mark.usefixtures("place", "quick")
def test_without_room_in_the_queue_the_copies_stay(queue: Queue) -> None:
    for number in itertools.count():
        queue.fill()
        delete(queue)
        if not cut(queue, number, FULL, restore):
            break
        assert queue.ids() | copied() == ALL, number
        assert queue.ids() & copied() == set(), number
        restore()
        assert queue.texts() == TEXTS, number


def test_a_link_in_the_queue_is_not_followed(queue: Queue, tmp_path: pathlib.Path) -> None:
    (tmp_path / "secret").write_text("root's")
    os.symlink(tmp_path / "secret", queue.path("hold", "4EEEE"))
    (tmp_path / "secret").chmod(0o700)
    assert set(delete(queue)) == ALL
    assert copied() == ALL


def test_a_message_with_the_id_of_a_copy_stays_as_it_is(queue: Queue) -> None:
    delete(queue)
    other = queue.path("deferred", IDS[0])
    other.write_text("another")
    other.chmod(0o700)
    assert set(restore()) == ALL - {IDS[0]}
    assert other.read_text() == "another"
    assert copied() == {IDS[0]}
