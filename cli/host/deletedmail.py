"""Deleted messages, kept for a day: queue files as they were, in a folder that only root reads.

A message is put on hold before it is copied, so that nothing delivers it in between; it is removed once its copy is on
disk. Cut off half-way, it is on hold still. What is older than a day is removed by every use of this, and by
systemd-tmpfiles, which looks once a day.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

from mailqueue import Filter, Message, messages, oldest
from relayhost import Refusal, exclusively, note, output, setting, wake_pickup

FOLDER = "/var/lib/mail-relay/deleted"
RULE = "/etc/tmpfiles.d/mail-relay-deleted.conf"
KEPT_SECONDS = 86400
INDEX = "messages.json"
# Queue files are complete, in Postfix's eyes, once their owner may execute them.
READY = 0o700


def delete(found: list[Message], postsuper: Callable[..., list[str]]) -> list[str]:
    """Removes messages from the queue and keeps copies of them; returns the ids of those that were removed."""
    if not found:
        return []
    purge()
    prepare()
    waiting = [message["queue_id"] for message in found if message["queue_name"] != "hold"]
    put_on_hold = postsuper("hold", waiting)
    held = {*put_on_hold, *(message["queue_id"] for message in found if message["queue_name"] == "hold")}
    try:
        batch = copy([message for message in found if message["queue_id"] in held])
    except OSError as error:
        postsuper("release", put_on_hold)
        raise Refusal(
            f"no copies could be made ({error.strerror}), so nothing was deleted; --no-copy deletes without them"
        ) from error
    removed = postsuper("delete", sorted(held), "hold")
    for left in held - set(removed):
        remove(os.path.join(batch, left))
    return removed


def prepare() -> None:
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    os.makedirs(os.path.dirname(RULE), mode=0o755, exist_ok=True)
    rule = f"# Copies of deleted messages, made by mail-relay delete.\ne {FOLDER} - - - 1d\n"
    with open(RULE + ".new", "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(rule)
    os.replace(RULE + ".new", RULE)


def copy(found: list[Message]) -> str:
    """Copies messages that are on hold; the folder has its name once all of it is on disk."""
    paths = {name: os.path.join(folder, name) for folder, _, names in os.walk(spool("hold")) for name in names}
    batch = os.path.join(FOLDER, f"{time.time():.3f}")
    unfinished = batch + ".new"
    os.mkdir(unfinished, 0o700)
    try:
        copied = []
        for message in found:
            path = paths.get(message["queue_id"])
            if path is not None:
                duplicate(path, os.path.join(unfinished, message["queue_id"]))
                copied.append(message)
        with open(os.path.join(unfinished, INDEX), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(message) + "\n" for message in copied)
        to_disk(FOLDER)
        os.rename(unfinished, batch)
    except OSError:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    to_disk(FOLDER)
    return batch


def to_disk(folder: str) -> None:
    """All files of a file system at once: one by one, 10,000 take minutes."""
    output(["sync", "-f", folder])


def duplicate(path: str, target: str) -> None:
    with open(path, "rb") as source, open(target, "xb") as file:
        shutil.copyfileobj(source, file)


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
            yield os.path.join(FOLDER, name), float(name[:-4] if name.endswith(".new") else name)
        except ValueError:
            continue


def purge() -> None:
    for batch, made in batches():
        if made < time.time() - KEPT_SECONDS or batch.endswith(".new"):
            shutil.rmtree(batch, ignore_errors=True)


def copies() -> Iterator[tuple[Message, str]]:
    """Every message that can be brought back, with the file that holds it."""
    for batch, made in batches():
        if batch.endswith(".new") or made < time.time() - KEPT_SECONDS:
            continue
        try:
            with open(os.path.join(batch, INDEX), encoding="utf-8") as index:
                for line in index:
                    message = json.loads(line)
                    path = os.path.join(batch, message["queue_id"])
                    if os.path.exists(path):
                        yield {**message, "deleted_time": made}, path
        except FileNotFoundError:
            continue


def restore(chosen: Callable[[Message], bool]) -> list[str]:
    """Gives messages back to Postfix as `postsuper -r` does, with new queue ids; held ones are held again."""
    queued = {message["queue_id"] for message in messages()}
    owner = pwd.getpwnam(setting("mail_owner"))
    folders = {queue: spool(queue) for queue in ("hold", "maildrop")}
    written = []
    try:
        for message, path in copies():
            queue_id = message["queue_id"]
            if not chosen(message):
                continue
            if queue_id in queued:
                note(f"{queue_id} is in the queue, so it is not brought back: `mail-relay queue show {queue_id}`")
                continue
            queue = "hold" if message["queue_name"] == "hold" else "maildrop"
            target = os.path.join(folders[queue], queue_id)
            # Left by a run that was cut off.
            if os.path.exists(target) and os.stat(target).st_mode & READY != READY:
                os.unlink(target)
            duplicate(path, target)
            written.append((queue_id, queue, path, target))
            os.chown(target, owner.pw_uid, owner.pw_gid)
    except OSError as error:
        for _, _, _, target in written:
            remove(target)
        raise Refusal(f"nothing was brought back ({error.strerror}); the copies are still there") from error
    # Postfix may take them once they are on disk, and then the copies may go.
    to_disk(folders["maildrop"])
    for _, _, path, target in written:
        os.chmod(target, READY)
        remove(path)
    if any(queue == "hold" for _, queue, _, _ in written):
        # Postfix wants a short id to fit the file's inode, and a file to be in the subfolder of its id.
        output(["postsuper", "-s", "hold"])
    if written:
        wake_pickup()
    forget_empty()
    return [queue_id for queue_id, *_ in written]


def forget_empty() -> None:
    """What is left of a batch when nothing of it can be brought back any more."""
    for batch, _ in batches():
        if set(os.listdir(batch)) <= {INDEX}:
            shutil.rmtree(batch, ignore_errors=True)


def remove(path: str) -> None:
    if os.path.exists(path):
        os.unlink(path)


def main(args: dict[str, Any]) -> Iterator[Any]:
    wanted = Filter(args["filter"])
    if "chosen" not in args:
        listing = [message for message, _ in copies() if wanted.fits(message)]
        chosen = [[message["queue_id"], message["deleted_time"]] for message in listing]
        yield {**oldest(iter(listing), args["limit"]), "chosen": chosen}
        return
    wanted_now = {tuple(one) for one in args["chosen"]}
    with exclusively():
        purge()
        done = restore(lambda message: (message["queue_id"], message["deleted_time"]) in wanted_now)
    yield {"done": len(done), "ids": done, "gone": len(wanted_now) - len(done)}
