"""Asks the live configuration the questions that an open relay answers wrongly, and whether a login may send."""

import ipaddress
from concurrent.futures import ThreadPoolExecutor

import ask
import sasl
import services
from asking import expanded, key_parts, pairs_in, said

# Documentation and test networks (RFC 5737, 6598, 2544): nobody's clients.
STRANGERS = ("192.0.2.9", "198.51.100.9", "203.0.113.9", "100.64.0.9", "198.18.0.9")
# No deploy trusts a wider network; one that is there is what the questions shall find.
WIDEST = 8
PARALLEL = 4
PROBE = 10025
LOGIN_PROBE = 10587
FOREIGN = "probe@relay-probe.invalid"


def networks_in(text):
    """The networks of a mynetworks value that a deploy could have written."""
    found = []
    for word in text.replace(",", " ").split():
        try:
            network = ipaddress.ip_network(word.replace("[", "").replace("]", ""), strict=False)
        except ValueError:
            continue
        if network.prefixlen >= WIDEST:
            found.append(network)
    return found


def stranger(networks):
    """An address that is in none of the networks."""
    addresses = map(ipaddress.ip_address, STRANGERS)
    return next((str(one) for one in addresses if not any(one in network for network in networks)), STRANGERS[0])


def questions(networks, hostname, domain, login, listeners):
    """Each with a name that says what must not, or must, be possible."""
    client = stranger(networks)

    def pretended(name, port, recipient, **more):
        about = {"port": port, "client": client, "helo": hostname, "login": None, "sender": f"postmaster@{domain}"}
        return {"name": name, **about, "recipients": [recipient], **more}

    asked = [
        pretended("relay", PROBE, FOREIGN),
        pretended("relay-percent", PROBE, f"probe%relay-probe.invalid@{hostname}"),
        pretended("relay-login", LOGIN_PROBE, FOREIGN),
    ]
    if login:
        asked.append(pretended("send", LOGIN_PROBE, FOREIGN, login=login, sender=""))
    for port, demands_login in listeners:
        here = {"port": port, "client": None, "helo": hostname}
        asked.append({"name": "xclient", **here, "tls": False})
        # The host itself may be one of mynetworks, which only counts where no login is demanded.
        if demands_login or not any(ipaddress.ip_address(ask.own_address()) in network for network in networks):
            envelope = {"sender": f"postmaster@{domain}", "recipients": [FOREIGN]}
            asked.append({"name": "outside", **here, **envelope, "tls": True})
    return asked


def speaks_first(service):
    """Whether a listener is public, and can be talked to without TLS."""
    return not service.startswith("127.") and services.options(service).get("smtpd_tls_wrappermode") != "yes"


def demands_login(service):
    return services.options(service).get("smtpd_sasl_auth_enable") == "yes"


def look(_args):
    database = sasl.place()
    keys = [key_parts(key) for key, _ in pairs_in(said("db_dump", database))] if database else []
    logins = sorted(f"{user}@{realm}" for user, realm, kind in keys if kind == "userPassword")
    listeners = services.inet_services(said("postconf", "-M"))
    public = [(one["port"], demands_login(one["service"])) for one in listeners if speaks_first(one["service"])]
    networks = networks_in(expanded("mynetworks"))
    asked = questions(networks, expanded("myhostname"), expanded("mydomain"), logins[0] if logins else None, public)
    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = pool.map(ask.ask, asked)
        return {"answers": [{**question, **answer} for question, answer in zip(asked, answers)]}
