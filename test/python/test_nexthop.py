"""The preflight's dialogue, held with servers on real sockets."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import hopaddress
import nexthop

V4, V6 = socket.AF_INET, socket.AF_INET6
ORDER = {"preference": "any", "limit": 5, "balanced": True, "sessions": 2}


class Server:
    """Answers by the first word of a line; a word that it was given no answer for is fine."""

    def __init__(self, family: socket.AddressFamily, address: str, port: int, answers: dict[str, str]) -> None:
        self.said: list[str] = []
        self.answers = answers
        self.listener = socket.socket(family)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, client.makefile("rw", newline="\r\n") as stream:
                self.said.append("connected")
                self.say(stream, self.answers.get("greeting", "220 server.test ESMTP"))
                for line in stream:
                    word = line.split()[0].upper()
                    self.said.append(word)
                    self.say(stream, self.answers.get(word, "250 fine"))

    def say(self, stream: Any, text: str) -> None:
        stream.write(f"{text}\r\n")
        stream.flush()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def servers(monkeypatch: pytest.MonkeyPatch, answers: dict[str, dict[str, str]]) -> Iterator[Any]:
    """A smart host with these addresses, in the order of DNS; one with the answer `down` does not listen."""
    port = free_port()
    family = {address: V6 if ":" in address else V4 for address in answers}
    monkeypatch.setitem(hopaddress.LOOKUPS, "dns", lambda _: [(family[address], address) for address in answers])
    monkeypatch.setattr(nexthop, "TRIES", 1)
    open_ones = {
        address: Server(family[address], address, port, given)
        for address, given in answers.items()
        if "down" not in given
    }
    hop = {
        "host": "smart.test",
        "port": port,
        "tls": "none",
        "wrapperMode": False,
        "sender": "postmaster@example.test",
        "refusesBounces": False,
        "otherPort": "",
    }
    plan = {"hostLookup": ["dns"], "helo": "relay.example.test", "postmasterTold": True, "inetProtocols": "all"}

    def run(**order: Any) -> dict[str, list[str]]:
        nexthop.try_hop(hop, {**plan, "addresses": {**ORDER, **order}})
        return {address: server.said for address, server in open_ones.items() if server.said}

    run.said = lambda: {address for address, server in open_ones.items() if server.said}  # type: ignore[attr-defined]
    try:
        yield run
    finally:
        for server in open_ones.values():
            server.listener.close()


def test_a_preferred_version_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with servers(monkeypatch, {"::1": {}, "127.0.0.1": {}}) as run:
        assert list(run(preference="ipv4")) == ["127.0.0.1"]


def test_a_server_that_does_not_listen_or_greet_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "127.0.0.1": {"down": ""},
        "::1": {"greeting": "554 no"},
        "127.0.0.2": {"EHLO": "502 no"},
        "127.0.0.3": {},
    }
    with servers(monkeypatch, answers) as run:
        said = run(preference="ipv4")
        assert "MAIL" in said["127.0.0.3"]
        assert not any("MAIL" in said.get(address, []) for address in ("127.0.0.2", "::1"))


def test_another_server_is_tried_after_a_refusal_for_now_and_none_after_one_for_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with servers(monkeypatch, {"127.0.0.1": {"MAIL": "451 later"}, "127.0.0.2": {}}) as run:
        assert "MAIL" in run()["127.0.0.2"]
    with servers(monkeypatch, {"127.0.0.1": {"MAIL": "550 never"}, "127.0.0.2": {}}) as run:
        with pytest.raises(hopaddress.Refusal, match="550 never"):
            run()
        assert run.said() == {"127.0.0.1"}


def test_dialogues_are_held_with_as_many_servers_as_postfix_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"127.0.0.1": {"MAIL": "451 one"}, "127.0.0.2": {"MAIL": "451 two"}, "127.0.0.3": {}}
    with servers(monkeypatch, answers) as run:
        with pytest.raises(hopaddress.Passing, match="451 two"):
            run()
        assert run.said() == {"127.0.0.1", "127.0.0.2"}
        assert "MAIL" in run(sessions=0)["127.0.0.3"]


def test_what_came_further_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"127.0.0.1": {"MAIL": "451 later"}, "127.0.0.2": {"down": ""}}
    with servers(monkeypatch, answers) as run, pytest.raises(hopaddress.Passing, match="451 later"):
        run()


FOUR = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]
SIX = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"]


@pytest.mark.parametrize(
    ("given", "order", "expected"),
    [
        (SIX[:2] + FOUR[:2], {"preference": "ipv4"}, FOUR[:2] + SIX[:2]),
        (SIX[:2] + FOUR[:2], {}, [FOUR[0], SIX[0], FOUR[1], SIX[1]]),
        (FOUR + SIX, {"preference": "ipv4"}, FOUR[:3] + SIX[:2]),
        (FOUR + SIX[:1], {"preference": "ipv4", "limit": 3}, FOUR[:2] + SIX[:1]),
        (FOUR[:1] + SIX, {"preference": "ipv4", "limit": 4}, FOUR[:1] + SIX[:3]),
        (FOUR + SIX, {"preference": "ipv4", "balanced": False, "limit": 4}, FOUR),
        (FOUR + SIX, {"preference": "ipv4", "limit": 0}, FOUR + SIX),
        (FOUR + SIX, {"preference": "ipv4", "limit": 1}, FOUR[:1]),
    ],
)
def test_which_addresses_are_tried(given: list[str], order: dict[str, Any], expected: list[str]) -> None:
    found = [(V6 if ":" in address else V4, address) for address in given]
    assert [address for _, address in hopaddress.ordered(found, {**ORDER, **order})] == expected
