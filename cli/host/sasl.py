"""The user database as smtpd meets it: where it is, who may read it, how many entries it has.

No password is read but by counting.
"""

import grp
import os
import pwd
import re
import stat
import subprocess

from asking import expanded, pairs_in


def configuration(text):
    """The lines `key: value` of a SASL configuration file."""
    return dict(re.findall(r"^(\w+):\s*(.*?)\s*$", text, re.M))


def readable(path, user):
    """Whether a user may read a file, with all the folders on the way and the groups the user has."""
    entry = pwd.getpwnam(user)
    groups = os.getgrouplist(user, entry.pw_gid)
    test = subprocess.run(
        ["test", "-r", path], user=entry.pw_uid, group=entry.pw_gid, extra_groups=groups, check=False
    )
    return test.returncode == 0


def name_of(lookup, number):
    try:
        return lookup(number)[0]
    except KeyError:
        return str(number)


def database(path):
    """Facts about one file; None where there is none."""
    try:
        entry = os.stat(path)
    except OSError:
        return None
    dump = subprocess.run(["db_dump", path], capture_output=True, text=True, check=False)
    return {
        "mode": f"{stat.S_IMODE(entry.st_mode):o}",
        "owner": f"{name_of(pwd.getpwuid, entry.st_uid)}:{name_of(grp.getgrgid, entry.st_gid)}",
        "readable": readable(path, "postfix"),
        "exposed": readable(path, "nobody"),
        "entries": len(pairs_in(dump.stdout)) if dump.returncode == 0 else None,
    }


def read_conf():
    """The live SASL configuration file and what it says; None where there is none."""
    path = f"{expanded('config_directory')}/sasl/{expanded('smtpd_sasl_path')}.conf"
    try:
        with open(path, encoding="utf-8") as file:
            return path, configuration(file.read())
    except OSError:
        return path, None


def place_in(conf):
    """Where the users are. Where saslauthd checks, Postfix reads nothing: the daemon does, as root."""
    if conf is None:
        return None
    inside = conf.get("sasldb_path")
    return expanded("queue_directory") + inside if inside else "/etc/sasldb2"


def place():
    return place_in(read_conf()[1])


def look(_args):
    path, conf = read_conf()
    found = place_in(conf)
    return {
        "conf": path,
        "method": None if conf is None else conf.get("pwcheck_method", ""),
        "mechanisms": sorted((conf or {}).get("mech_list", "").split()),
        "database": found,
        "facts": found and database(found),
    }
