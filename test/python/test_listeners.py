"""Whether a listener counts as alive: only one that greets does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from lib import listeners


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.setattr(listeners, "PATIENCE", 0.2)
    monkeypatch.setattr(listeners, "PAUSE", 0)
    monkeypatch.setattr(listeners, "options", lambda _: {})
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def problem_of(server: socket.socket) -> str | None:
    return listeners.problem_of(listeners.Listener("submission", *server.getsockname()))


def greet(server: socket.socket, *greetings: bytes) -> threading.Thread:
    """Greets one client after the other."""

    def serve() -> None:
        for greeting in greetings:
            client, _ = server.accept()
            with client:
                client.sendall(greeting)
                if greeting.startswith(b"220"):
                    client.recv(100)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("greetings", "problem"),
    [
        ([b"220 relay ESMTP\r\n"], None),
        # The first one may have met a reload.
        ([b"", b"220 relay ESMTP\r\n"], None),
        ([b"421 busy\r\n", b"421 too busy\r\n"], "421 too busy"),
        ([b"", b""], "the connection is closed at once"),
    ],
)
def test_only_a_greeting_counts(server: socket.socket, greetings: list[bytes], problem: str | None) -> None:
    serving = greet(server, *greetings)
    assert problem_of(server) == problem
    serving.join()


def test_a_port_that_is_open_but_says_nothing_is_silent(server: socket.socket) -> None:
    assert problem_of(server) == "no answer"


def test_a_closed_port_is_silent(server: socket.socket) -> None:
    server.close()
    gone = listeners.Listener("submission", "127.0.0.1", 1)
    assert listeners.problem_of(gone) == "Connection refused"
