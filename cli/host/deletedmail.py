"""Deletes messages with a copy kept for a day, lists what was deleted, and brings it back.

A message is put on hold before it is copied, so that nothing delivers it in between; it is removed once its copy is on
disk. Cut off half-way, it is on hold still. On the way back each file moves from its batch to the queue, so it is
in one of them at any time.
"""

from __future__ import annotations

import errno
import os
import pwd
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from deletedcopies import Batch, copies, copy_bytes, files_to_disk, folder_to_disk, forget_empty, prepare, purge, spool
from mailqueue import Filter, Message, messages, oldest
from postsuper import postsuper
from progress import told
from relayhost import Refusal, exclusively, note, output, setting, wake_pickup

# Queue files are complete, in Postfix's eyes, once their owner may execute them.
READY = 0o700


def delete(found: Iterable[Message]) -> list[str]:
    """Removes messages from the queue and keeps copies of them; returns the ids of those that were removed."""
    batch = None
    held: list[str] = []
    waiting: list[str] = []
    put_on_hold: list[str] = []
    try:
        purge()
        prepare()
        batch = Batch()
        for message in batch.describe(found):
            (held if message["queue_name"] == "hold" else waiting).append(message["queue_id"])
        put_on_hold = postsuper("hold", waiting)
        copied = batch.copy(sorted([*held, *put_on_hold]))
        batch.finish()
    except OSError as error:
        if batch:
            batch.discard()
        postsuper("release", put_on_hold)
        raise Refusal(
            f"no copies could be made ({error.strerror}), so nothing was deleted; --no-copy deletes without them"
        ) from error
    removed = postsuper("delete", copied, "hold")
    batch.settle(removed)
    batch.forget(set(copied) - set(removed))
    forget_empty()
    return removed


class Restore:
    """Gives messages back to Postfix as `postsuper -r` does, with new queue ids; held ones are held again."""

    def __init__(self) -> None:
        self.owner = pwd.getpwnam(setting("mail_owner"))
        self.folders = {queue: spool(queue) for queue in ("hold", "maildrop")}
        self.queued = {message["queue_id"] for message in messages()}
        # A new file cannot take one of our names: Postfix makes names of inodes, and the copies have those.
        self.present = {queue: set(os.listdir(folder)) for queue, folder in self.folders.items()}
        self.done: list[str] = []
        # Each with the time it arrived.
        self.taken: dict[str, float] = {}
        self.far: list[tuple[str, str, str]] = []
        self.held = False

    def bring(self, message: Message, path: str) -> None:
        queue_id = message["queue_id"]
        if self.taken.get(queue_id) == message["arrival_time"]:
            # Deleted twice: the first time was cut off when the copy had been made, and the message was still on hold.
            os.unlink(path)
            return
        if queue_id in self.queued:
            note(f"{queue_id} is in the queue, so it is not brought back: `mail-relay queue show {queue_id}`")
            return
        queue = "hold" if message["queue_name"] == "hold" else "maildrop"
        self.held = self.held or queue == "hold"
        target = os.path.join(self.folders[queue], queue_id)
        if queue_id in self.present[queue]:
            clear(target)
        # Complete before it moves: it must not be in the queue for a moment as a file that Postfix ignores.
        os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        os.chmod(path, READY)
        try:
            os.rename(path, target)
            self.done.append(queue_id)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self.far.append((queue_id, path, target))
        self.taken[queue_id] = message["arrival_time"]
        self.queued.add(queue_id)

    def copy_far(self) -> None:
        """Brings those that cannot just move, because the queue is on another file system."""
        written = []
        try:
            for _, path, target in self.far:
                copy_bytes(path, target, self.owner.pw_uid, self.owner.pw_gid)
                written.append(target)
            files_to_disk(self.folders["maildrop"])
        except OSError:
            for target in written:
                os.unlink(target)
            raise
        # Postfix may take them once they are on disk, and then the copies may go.
        for queue_id, path, target in self.far:
            os.chmod(target, READY)
            os.unlink(path)
            self.done.append(queue_id)

    def to_disk(self) -> None:
        """Before the last trace of the copies goes."""
        folder_to_disk(self.folders["maildrop"])
        if self.held:
            folder_to_disk(self.folders["hold"])

    def finish(self) -> None:
        if self.held:
            # Postfix wants a short id to fit the file's inode, and a file to be in the subfolder of its id.
            output(["postsuper", "-s", "hold"])
        if self.done:
            wake_pickup()
        forget_empty()


def restore(chosen: Callable[[Message], bool], total: int) -> list[str]:
    """Brings messages back; returns the ids they had."""
    restoring = Restore()
    problem = None
    try:
        for message, path in told((one for one in copies() if chosen(one[0])), "restored", total):
            restoring.bring(message, path)
        restoring.copy_far()
        restoring.to_disk()
    except OSError as error:
        problem = error
    restoring.finish()
    done = restoring.done
    if problem:
        failure = f"only {len(done)} of {total} messages were" if done else "nothing was"
        kept = "the copies of the others are" if done else "the copies are"
        raise Refusal(f"{failure} brought back ({problem.strerror}); {kept} still there") from problem
    return done


def clear(target: str) -> None:
    """Makes room for a file: a run that was cut off may have left an incomplete one there."""
    try:
        left = os.lstat(target)
    except FileNotFoundError:
        return
    if left.st_mode & READY == READY:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
    os.unlink(target)


def listed(args: dict[str, Any]) -> dict[str, Any]:
    wanted = Filter(args["filter"])
    chosen = []

    def noted() -> Iterator[Message]:
        for message, _ in copies():
            if wanted.fits(message):
                chosen.append([message["queue_id"], message["deleted_time"]])
                yield message

    listing = oldest(noted(), args["limit"])
    return {**listing, "chosen": chosen}


def main(args: dict[str, Any]) -> Iterator[Any]:
    if "chosen" not in args:
        yield listed(args)
        return
    wanted = {tuple(one) for one in args["chosen"]}
    with exclusively():
        purge()
        done = restore(lambda message: (message["queue_id"], message["deleted_time"]) in wanted, len(wanted))
    yield {"done": len(done), "ids": done, "gone": len(wanted) - len(done)}
