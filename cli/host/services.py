"""Which services of the relay run, and whether each listener greets, offers TLS and takes a login.

The login that is tried is one from the user database on this host; it is never shown.
"""

from __future__ import annotations

import smtplib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import frozen
import sasl
from lib import smtp, x509
from lib.installed import unit_names, unit_state
from lib.listeners import PATIENCE, Listener, listeners, options


def talk(listener: Listener, credentials: tuple[str, str] | None) -> dict[str, Any]:
    """Talks to one listener as far as it goes; `problem` says where it ended, if too early."""
    chosen = options(listener.service)
    implicit = chosen.get("smtpd_tls_wrappermode") == "yes"
    wanted = chosen.get("smtpd_sasl_auth_enable") == "yes"
    seen: dict[str, Any] = {**listener._asdict(), "tls": "implicit" if implicit else "starttls", "auth": wanted}
    seen.update({"problem": None, "greets": False, "plainAuth": False, "mechanisms": [], "served": None, "login": None})
    loopback = listener.is_probe
    try:
        where: dict[str, Any] = {"host": listener.address, "port": listener.port, "timeout": PATIENCE}
        where["local_hostname"] = "doctor.invalid"
        context = smtp.unverified_context()
        client = smtplib.SMTP_SSL(**where, context=context) if implicit else smtplib.SMTP(**where)
        seen["greets"] = True
        client.ehlo()
        if not implicit and not loopback:
            seen["plainAuth"] = "auth" in client.esmtp_features
            if not client.has_extn("starttls"):
                return {**seen, "problem": "no STARTTLS is offered"}
            client.starttls(context=context)
            client.ehlo()
        if not loopback:
            seen["served"] = x509.sha256(smtp.served_certificate(client))
        seen["mechanisms"] = smtp.mechanisms(client)
        if wanted and not loopback and credentials:
            mechanism = "PLAIN" if "PLAIN" in seen["mechanisms"] else "LOGIN"
            seen["login"] = smtp.shown(smtp.authenticate(client, mechanism, *credentials))
        client.close()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        seen["problem"] = smtp.describe_error(error)
    return seen


def inspect(_args: dict[str, Any]) -> dict[str, Any]:
    credentials = next(((key.login, password) for key, password in sasl.logins()), None)
    with ThreadPoolExecutor(4) as pool:
        talks = pool.map(lambda listener: talk(listener, credentials), listeners())
        units = [unit_state(name) for name in unit_names()]
        return {"units": units, "listeners": list(talks), "frozen": frozen.names()}
