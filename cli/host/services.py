"""Which services of the relay run, and whether each listener greets, offers TLS and takes a login.

The login that is tried is one from the user database on this host; it is never shown.
"""

import base64
import glob
import hashlib
import os
import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor

import sasl
from asking import pairs_in, reason, said, succeeds

RECORDS = "/var/lib/mail-relay/services"
PATIENCE = 8


def unit(name, runs=None):
    enabled = said("systemctl", "is-enabled", name) or "gone"
    active = succeeds("systemctl", "--quiet", "is-active", name) if runs is None else runs
    return {"unit": name, "enabled": enabled, "runs": active}


def postfix_runs():
    """Asked of its master: on most releases the unit says active whatever became of it."""
    return not succeeds(said("postconf", "-dh", "daemon_directory") + "/master", "-t")


def units():
    beside = []
    for note in sorted(glob.glob(f"{RECORDS}/*/unit")):
        with open(note, encoding="utf-8") as file:
            beside.append(unit(file.read().strip()))
    return [unit("postfix", postfix_runs()), *beside]


def inet_services(table):
    """The listeners in what `postconf -M` prints, as service, address and port."""
    found = []
    for line in table.splitlines():
        columns = line.split()
        if len(columns) < 8 or columns[1] != "inet" or columns[7] != "smtpd":
            continue
        address, _, port = columns[0].rpartition(":")
        try:
            number = int(port) if port.isdigit() else socket.getservbyname(port, "tcp")
        except OSError:
            number = {"submissions": 465, "submission": 587, "smtp": 25}.get(port, 0)
        found.append({"service": columns[0], "address": address or "127.0.0.1", "port": number})
    return found


def options(service):
    """What master.cf says for one listener over what main.cf says."""
    lines = said("postconf", "-P", f"{service}/inet").splitlines()
    pairs = (line.split(" = ", 1) for line in lines if " = " in line)
    return {name.rsplit("/", 1)[1]: value for name, value in pairs}


def tls_context():
    """The certificate may be self-signed; whether it fits is asked elsewhere."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def credentials(path):
    """One login and password, for a mechanism that sends both; None while there is no user."""
    for key, value in pairs_in(said("db_dump", path)):
        user, realm, kind = bytes.fromhex(key).split(b"\0")
        if kind == b"userPassword":
            return user + b"@" + realm, bytes.fromhex(value)
    return None


def talk(listener, pair):
    """Talks to one listener as far as it goes; `problem` says where it ended, if too early."""
    chosen = options(listener["service"])
    implicit = chosen.get("smtpd_tls_wrappermode") == "yes"
    wanted = chosen.get("smtpd_sasl_auth_enable") == "yes"
    seen = {**listener, "tls": "implicit" if implicit else "starttls", "auth": wanted, "problem": None}
    seen.update({"greets": False, "plainAuth": False, "mechanisms": [], "served": None, "login": None})
    loopback = listener["service"].startswith("127.")
    try:
        where = {"host": listener["address"], "port": listener["port"], "local_hostname": "doctor.invalid"}
        if implicit:
            client = smtplib.SMTP_SSL(**where, timeout=PATIENCE, context=tls_context())
        else:
            client = smtplib.SMTP(**where, timeout=PATIENCE)
        seen["greets"] = True
        client.ehlo()
        if not implicit and not loopback:
            seen["plainAuth"] = "auth" in client.esmtp_features
            if not client.has_extn("starttls"):
                return {**seen, "problem": "no STARTTLS is offered"}
            client.starttls(context=tls_context())
            client.ehlo()
        if not loopback:
            seen["served"] = hashlib.sha256(client.sock.getpeercert(binary_form=True)).hexdigest()
        seen["mechanisms"] = sorted(set(client.esmtp_features.get("auth", "").split()))
        if wanted and not loopback and pair:
            seen["login"] = log_in(client, pair)
        client.close()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        seen["problem"] = reason(error)
    return seen


def log_in(client, pair):
    """The reply to a right login."""
    login, password = pair
    if "PLAIN" in client.esmtp_features.get("auth", "").split():
        code, text = client.docmd("AUTH PLAIN " + base64.b64encode(b"\0" + login + b"\0" + password).decode())
    else:
        client.docmd("AUTH LOGIN")
        client.docmd(base64.b64encode(login).decode())
        code, text = client.docmd(base64.b64encode(password).decode())
    return f"{code} {text.decode(errors='replace')}"


def look(_args):
    database = sasl.place()
    pair = credentials(database) if database and os.path.exists(database) else None
    with ThreadPoolExecutor(4) as pool:
        listeners = list(pool.map(lambda listener: talk(listener, pair), inet_services(said("postconf", "-M"))))
    return {"units": units(), "listeners": listeners}
