"""Compares the host with what the last deploy noted, file by file, and shows what was changed where that is no secret.

Takes {"texts": {"main.cf": "...", ...}}: files as the stack knows them, used where they are what was installed.
The notes are those that the drift step of a deploy compares with.
"""

import difflib
import glob
import grp
import hashlib
import os
import pwd
import stat

from asking import key_parts, pairs_in, said, succeeds

RECORDS = "/var/lib/mail-relay"
ETC = "/etc/postfix"
GENERATIONS = f"{ETC}/generations"
LONGEST_DIFF = 200


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def digest(content):
    return hashlib.sha256(content).hexdigest()


def mode_of(path):
    """Mode and owner as the notes write them."""
    try:
        entry = os.stat(path)
    except OSError:
        return "none"
    try:
        owner = f"{pwd.getpwuid(entry.st_uid)[0]}:{grp.getgrgid(entry.st_gid)[0]}"
    except KeyError:
        owner = f"{entry.st_uid}:{entry.st_gid}"
    return f"{stat.S_IMODE(entry.st_mode):o} {owner}"


def link_of(path):
    try:
        return os.readlink(path)
    except OSError:
        return "none"


def is_secret(mode):
    """A file that not everybody may read is not shown."""
    return mode is None or not int(mode.split()[0], 8) & 0o004


def changes(installed, present):
    """A unified diff's lines, without the head that names files."""
    lines = difflib.unified_diff(
        installed.decode(errors="replace").splitlines(), present.decode(errors="replace").splitlines(), lineterm="", n=1
    )
    shown = list(lines)[2:]
    return shown[:LONGEST_DIFF] + ([f"... {len(shown) - LONGEST_DIFF} lines more"] if len(shown) > LONGEST_DIFF else [])


def installed_text(name, wanted, texts):
    """The content with that digest, from a generation that still has it or from the stack; None when it is gone."""
    places = [read(path) for path in glob.glob(f"{GENERATIONS}/*/{name}")]
    places += [text.encode() for key, text in texts.items() if key == name]
    return next((text for text in places if text is not None and digest(text) == wanted), None)


def files(texts):
    """The configuration against /var/lib/mail-relay/installed.files, whose lines are path, aspect and value."""
    noted = [line.split(" ", 2) for line in (read(f"{RECORDS}/installed.files") or b"").decode().splitlines()]
    modes = {path: value for path, aspect, value in noted if aspect == "mode"}
    live = os.path.realpath(f"{GENERATIONS}/current")
    found = []
    for path, aspect, value in noted:
        name = os.path.relpath(path, ETC)
        inside = f"{live}/{name}"
        # Files are noted by their place below /etc/postfix, folders and the certificate by their own.
        real = inside if os.path.exists(inside) else path
        if aspect == "link":
            present = link_of(path)
            if present != value:
                what = {"path": path, "aspect": "link", "installed": value, "present": present}
                if present == "none" and read(path) is not None and not is_secret(modes.get(path)):
                    text = read(inside)
                    what["diff"] = changes(text, read(path)) if text is not None else None
                found.append(what)
        elif aspect == "content":
            content = read(inside)
            wanted = value.split()[0]
            if content is None:
                found.append({"path": path, "aspect": "gone"})
            elif digest(content) != wanted:
                what = {"path": path, "aspect": "content", "secret": is_secret(modes.get(path))}
                text = None if what["secret"] else installed_text(name, wanted, texts)
                what["diff"] = changes(text, content) if text is not None else None
                found.append(what)
        elif aspect == "mode" and mode_of(real) not in (value, "none"):
            found.append({"path": path, "aspect": "mode", "installed": value, "present": mode_of(real)})
    return [{**what, "step": "apply"} for what in found]


def services():
    """The files of services beside Postfix against the copies that were kept of them."""
    found = []
    for record in sorted(glob.glob(f"{RECORDS}/services/*/")):
        owners = dict(line.split(" ", 1)[::-1] for line in (read(f"{record}owners") or b"").decode().splitlines())
        tree = f"{record}tree"
        for folder, _, names in os.walk(tree):
            for name in names:
                kept = os.path.join(folder, name)
                path = "/" + os.path.relpath(kept, tree)
                mode = f"{stat.S_IMODE(os.stat(kept).st_mode):o} {owners.get(path[1:], 'root:root')}"
                present = read(path)
                if present is None:
                    found.append({"path": path, "aspect": "gone"})
                    continue
                if present != read(kept):
                    secret = is_secret(mode)
                    diff = None if secret else changes(read(kept), present)
                    found.append({"path": path, "aspect": "content", "secret": secret, "diff": diff})
                if mode_of(path) != mode:
                    found.append({"path": path, "aspect": "mode", "installed": mode, "present": mode_of(path)})
    return [{**what, "step": "apply"} for what in found]


def units():
    """Services that are not enabled, or do not run."""
    names = ["postfix", *(read(path).decode().strip() for path in sorted(glob.glob(f"{RECORDS}/services/*/unit")))]
    found = []
    for name in names:
        enabled = said("systemctl", "is-enabled", name) or "gone"
        runs = succeeds("systemctl", "--quiet", "is-active", name)
        if enabled not in ("enabled", "static") or not runs:
            present = f"{enabled}, {'runs' if runs else 'does not run'}"
            found.append({"path": name, "aspect": "service", "installed": "enabled, runs", "present": present,
                          "step": "apply"})
    return found


def entries(database):
    """Every entry as `key value` in hexadecimal, sorted: the form the notes are digests of."""
    return sorted(f"{key} {value}" for key, value in pairs_in(said("db_dump", database)))


def login_of(key):
    return "@".join(key_parts(key)[:2])


def users(noted):
    """The user database against /var/lib/mail-relay/installed.users; which logins, never what they log in with."""
    if not noted:
        return []
    database, _, _, whose = noted[0].split(" ")
    found = []
    record = (read(f"{RECORDS}/users.{os.path.basename(database)}") or b"").decode().split()
    present = entries(database)
    for line in noted[1:]:
        path, aspect, value = line.split(" ", 2)
        if aspect == "mode" and mode_of(path) != value:
            found.append({"path": path, "aspect": "mode", "installed": value, "present": mode_of(path)})
        elif aspect == "users":
            ours = [entry for entry in present if whose != "ours" or entry.split()[0] in record]
            if digest("".join(f"{entry}\n" for entry in ours).encode()) != value.split()[0]:
                keys = {entry.split()[0] for entry in ours}
                found.append({
                    "path": path, "aspect": "users",
                    "added": sorted({login_of(key) for key in keys - set(record)}),
                    "removed": sorted({login_of(key) for key in set(record) - keys}),
                })
    return [{**what, "step": "users"} for what in found]


def look(args):
    noted = (read(f"{RECORDS}/installed.users") or b"").decode().splitlines()
    deployed = os.path.exists(f"{RECORDS}/installed.files")
    found = [*files(args.get("texts", {})), *services(), *users(noted), *units()] if deployed else []
    return {"deployed": deployed, "differences": found}


def main(args):
    yield look(args)
