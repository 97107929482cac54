"""The copies of deleted messages: queue files as they were, in a folder that only root reads, kept for a day.

What is older is removed by every change, and by systemd-tmpfiles, which looks once a day.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import stat
import time
from collections.abc import Iterable, Iterator

from mailqueue import Message
from progress import told
from relayhost import setting

FOLDER = "/var/lib/mail-relay/deleted"
RULE = "/etc/tmpfiles.d/mail-relay-deleted.conf"
KEPT_SECONDS = 86400
INDEX = "messages.json"
# Of a batch that is not complete.
UNFINISHED = ".new"
# From a file system that has no link for this file: it is another one, it knows none, or the file has too many.
NO_LINK = (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK)


def prepare() -> None:
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    os.makedirs(os.path.dirname(RULE), mode=0o755, exist_ok=True)
    rule = f"# Copies of deleted messages, made by mail-relay delete.\ne {FOLDER} - - - 1d\n"
    with open(RULE + ".new", "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(rule)
    os.replace(RULE + ".new", RULE)


class Batch:
    """The copies that one change makes; they count once all of them are on disk, and the folder has its name."""

    def __init__(self) -> None:
        made = time.time()
        while os.path.exists(os.path.join(FOLDER, f"{made:.3f}")):
            made += 0.001
        self.folder = os.path.join(FOLDER, f"{made:.3f}{UNFINISHED}")
        os.mkdir(self.folder, 0o700)

    def describe(self, found: Iterable[Message]) -> Iterator[Message]:
        """Passes messages on, and writes down what the queue says of them."""
        with open(os.path.join(self.folder, INDEX), "x", encoding="utf-8") as file:
            for message in found:
                file.write(json.dumps(message) + "\n")
                yield message
            file.flush()
            os.fsync(file.fileno())

    def copy(self, ids: list[str]) -> list[str]:
        """Copies messages that are on hold, where nothing delivers them; returns the ids of those still there."""
        folders = {name: folder for folder, _, names in os.walk(spool("hold")) for name in names}
        copied = []
        all_linked = True
        for queue_id in told(ids, "copied", len(ids)):
            target = os.path.join(self.folder, queue_id)
            try:
                all_linked = duplicate(os.path.join(folders[queue_id], queue_id), target) and all_linked
                copied.append(queue_id)
            except (KeyError, FileNotFoundError):
                continue
        if all_linked:
            # The messages themselves have been on disk since Postfix took them.
            folder_to_disk(self.folder)
        else:
            files_to_disk(self.folder)
        return copied

    def finish(self) -> None:
        finished = self.folder[: -len(UNFINISHED)]
        os.rename(self.folder, finished)
        self.folder = finished
        folder_to_disk(FOLDER)

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def settle(self, removed: list[str]) -> None:
        """Makes copies of queue files; systemd-tmpfiles counts their day from now, not from the next try."""
        for queue_id in removed:
            path = os.path.join(self.folder, queue_id)
            os.chmod(path, 0o600)
            os.utime(path)

    def forget(self, ids: Iterable[str]) -> None:
        for queue_id in ids:
            os.unlink(os.path.join(self.folder, queue_id))


def duplicate(path: str, target: str) -> bool:
    """A second name for a file, or where the file systems differ a second file; returns whether it is only a name."""
    try:
        os.link(path, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINK:
            raise
        copy_bytes(path, target)
        return False
    if not stat.S_ISREG(os.lstat(target).st_mode):
        os.unlink(target)
        raise FileNotFoundError(errno.ENOENT, "not a file", path)
    return True


def copy_bytes(path: str, target: str, owner: int = 0, group: int = 0) -> None:
    """Postfix takes no file for complete that its owner may not execute, as this one until its mode changes."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as source, open(target, "xb") as file:
        try:
            shutil.copyfileobj(source, file)
            file.flush()
            os.fchown(file.fileno(), owner, group)
        except OSError:
            os.unlink(target)
            raise


def folder_to_disk(folder: str) -> None:
    """The names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def files_to_disk(folder: str) -> None:
    """All files of the folder's file system at once: one by one, 10,000 take minutes."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if libc.syncfs(descriptor) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), folder)
    finally:
        os.close(descriptor)


def spool(queue: str) -> str:
    return os.path.join(setting("queue_directory"), queue)


def batches() -> Iterator[tuple[str, float]]:
    """The folders of copies, oldest first, each with the time it was made."""
    try:
        names = os.listdir(FOLDER)
    except FileNotFoundError:
        return
    for name in sorted(names):
        try:
            yield os.path.join(FOLDER, name), float(name[: -len(UNFINISHED)] if name.endswith(UNFINISHED) else name)
        except ValueError:
            continue


def purge() -> None:
    for batch, made in batches():
        if made < time.time() - KEPT_SECONDS or batch.endswith(UNFINISHED):
            shutil.rmtree(batch, ignore_errors=True)


def copies() -> Iterator[tuple[Message, str]]:
    """Every message that can be brought back, with the file that holds it, those deleted last first."""
    for batch, made in reversed(list(batches())):
        if batch.endswith(UNFINISHED) or made < time.time() - KEPT_SECONDS:
            continue
        try:
            present = set(os.listdir(batch))
            with open(os.path.join(batch, INDEX), encoding="utf-8") as index:
                for line in index:
                    message = json.loads(line)
                    if message["queue_id"] in present:
                        yield {**message, "deleted_time": made}, os.path.join(batch, message["queue_id"])
        except FileNotFoundError:
            continue


def forget_empty() -> None:
    """What is left of a batch when nothing of it can be brought back any more."""
    for batch, _ in batches():
        with os.scandir(batch) as entries:
            empty = all(entry.name == INDEX for entry in entries)
        if empty:
            shutil.rmtree(batch, ignore_errors=True)
