"""The listeners of Postfix, and whether they answer.

That is what makes a relay alive: a unit or a process may be there while no client is served.
"""

from __future__ import annotations

import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from lib import smtp
from lib.process import output_of

PATIENCE = 8
# For a moment after a reload no listener accepts anybody.
TRIES = 2
PAUSE = 1
PORTS = {"smtp": 25, "submission": 587, "submissions": 465}


class Listener(NamedTuple):
    """`service` as master.cf has it, and where that can be reached on this host."""

    service: str
    address: str
    port: int

    @property
    def is_probe(self) -> bool:
        """Whether it is one of those for questions, which only this host can reach."""
        return self.service.startswith("127.")


def listeners() -> list[Listener]:
    """Those of the live configuration."""
    return in_table(output_of("postconf", "-M"))


def in_table(table: str) -> list[Listener]:
    """The listeners in what `postconf -M` prints."""
    found = []
    for line in table.splitlines():
        columns = line.split()
        if len(columns) < 8 or columns[1] != "inet" or columns[7] != "smtpd":
            continue
        address, _, port = columns[0].rpartition(":")
        try:
            number = int(port) if port.isdigit() else socket.getservbyname(port, "tcp")
        except OSError:
            number = PORTS.get(port, 0)
        found.append(Listener(columns[0], address or "127.0.0.1", number))
    return found


def options(service: str) -> dict[str, str]:
    """What master.cf says for one listener over what main.cf says."""
    lines = output_of("postconf", "-P", f"{service}/inet").splitlines()
    pairs = (line.split(" = ", 1) for line in lines if " = " in line)
    return {name.rsplit("/", 1)[1]: value for name, value in pairs}


def starts_with_tls(service: str) -> bool:
    return options(service).get("smtpd_tls_wrappermode") == "yes"


def problem_of(listener: Listener) -> str | None:
    """Why a client gets no greeting; None where it does."""
    problem = None
    for left in reversed(range(TRIES)):
        problem = problem_now(listener)
        if problem is None or left == 0:
            break
        time.sleep(PAUSE)
    return problem


def problem_now(listener: Listener) -> str | None:
    try:
        with socket.create_connection((listener.address, listener.port), PATIENCE) as connection:
            if not starts_with_tls(listener.service):
                return problem_in(connection)
            with smtp.unverified_context().wrap_socket(connection) as secured:
                return problem_in(secured)
    except OSError as error:
        return smtp.describe_error(error)


def problem_in(connection: socket.socket) -> str | None:
    with connection.makefile("rb") as replies:
        greeting = replies.readline(1000)
        if not greeting.startswith(b"220"):
            return greeting.decode(errors="replace").strip() or "the connection is closed at once"
        connection.sendall(b"QUIT\r\n")
        # Postfix logs a client that does not wait for the answer as a lost connection.
        replies.readline(1000)
    return None


def problems() -> dict[Listener, str | None]:
    """Of every listener, why it does not greet, or None."""
    found = listeners()
    with ThreadPoolExecutor(max(1, len(found))) as pool:
        return dict(zip(found, pool.map(problem_of, found)))


def silent() -> dict[Listener, str]:
    """The listeners that do not greet, each with the reason."""
    return {listener: problem for listener, problem in problems().items() if problem is not None}


if __name__ == "__main__":
    # Whether Postfix must be started again: no listener at all answers. Of those for questions a flood takes none.
    sys.exit(None not in problems().values())
