"""What the signer's gate lets pass, holds back and refuses, between a Postfix and a signer that are played here."""

from __future__ import annotations

import contextlib
import pathlib
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

import final_form
import gate
from lib import milter, server

PART = b"x" * 40 + b"\r\n"
LARGE = PART * (gate.LARGE // len(PART) + 1)
SIGNED = milter.framed(b"hsigned") + milter.framed(b"c")


def packet(command: str, data: bytes = b"") -> bytes:
    return milter.framed(command.encode() + data)


def header(name: bytes, value: bytes) -> bytes:
    return packet("L", name + b"\0" + value + b"\0")


def bodies(body: bytes, size: int = 60_000) -> bytes:
    return b"".join(packet("B", body[at : at + size]) for at in range(0, len(body), size))


class Peer:
    """One end of a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        connection.settimeout(10)
        self.file = connection.makefile("rb")

    def send(self, *packets: bytes) -> None:
        self.connection.sendall(b"".join(packets))

    def next(self) -> bytes:
        """The next packet, empty at the end."""
        size = self.file.read(4)
        return self.file.read(struct.unpack("!I", size)[0]) if size else b""

    def until(self, command: str) -> list[bytes]:
        found = [self.next()]
        while not found[-1].startswith(command.encode()):
            assert found[-1], f"ended before {command}"
            found.append(self.next())
        return found

    def silent(self) -> bool:
        self.connection.settimeout(0.3)
        try:
            return not self.file.peek(1)
        except TimeoutError:
            # A file is of no use after it.
            self.file = self.connection.makefile("rb")
            return True
        finally:
            self.connection.settimeout(10)

    def close(self) -> None:
        self.file.close()
        self.connection.close()


class Relay:
    """A gate with two places."""

    def __init__(self, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.signer = socket.socket(socket.AF_UNIX)
        self.signer.bind(str(folder / "signer"))
        self.signer.listen()
        self.port = socket.create_server(("127.0.0.1", 0))
        self.address = self.port.getsockname()
        monkeypatch.setattr(server, "passed", lambda: self.port)
        self.gate = gate.Gate(str(folder / "signer"), 2)
        threading.Thread(target=self.gate.serve_forever, args=(0.05,), daemon=True).start()
        self.peers: list[Peer] = []

    def session(self) -> tuple[Peer, Peer]:
        """A Postfix, and the signer's end of its connection."""
        postfix = Peer(socket.create_connection(self.address))
        self.signer.settimeout(10)
        signer = Peer(self.signer.accept()[0])
        self.peers += [postfix, signer]
        return postfix, signer

    def large(self) -> tuple[Peer, Peer]:
        """A session in which a large message is with the signer as a whole, unsigned yet."""
        postfix, signer = self.session()
        postfix.send(packet("M"), bodies(LARGE), packet("E"))
        signer.until("E")
        return postfix, signer

    def close(self) -> None:
        self.gate.shutdown()
        for peer in self.peers:
            peer.close()
        self.gate.server_close()
        self.signer.close()


@pytest.fixture
def relay(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    relay = Relay(tmp_path, monkeypatch)
    with contextlib.closing(relay):
        yield relay


def until_silent(peer: Peer) -> Iterator[bytes]:
    while not peer.silent():
        yield peer.next()


def sign(postfix: Peer, signer: Peer) -> None:
    signer.send(SIGNED)
    assert postfix.until("c") == [b"hsigned", b"c"]


def test_a_message_reaches_the_signer_as_it_is_and_its_answer_comes_back(relay: Relay) -> None:
    postfix, signer = relay.session()
    body = b"one\r\n.two\rthree\nfour\r\n" + PART
    sent = [b"O" + bytes(12), b"Mm", header(b"A", b"b\n c")[4:], b"N", b"B" + body, b"E"]
    postfix.send(*map(milter.framed, sent))
    assert signer.until("E") == sent
    sign(postfix, signer)


def test_of_large_messages_two_pass_at_a_time_and_small_ones_always(relay: Relay) -> None:
    first, _ = relay.large(), relay.large()
    third, of_third = relay.session()
    third.send(packet("M"), bodies(LARGE), packet("E"))
    held = b"".join(part[1:] for part in until_silent(of_third))
    assert len(held) <= gate.LARGE
    for _ in range(3):
        small, of_small = relay.session()
        small.send(packet("M"), bodies(PART), packet("E"))
        of_small.until("E")
        sign(small, of_small)
    sign(*first)
    rest = b"".join(part[1:] for part in of_third.until("E"))
    assert held + rest == LARGE
    sign(third, of_third)


@pytest.mark.parametrize("how", ["given up", "Postfix gone", "signer gone"])
def test_a_place_is_free_again_when_its_message_is(relay: Relay, how: str) -> None:
    (postfix, signer), _ = relay.large(), relay.large()
    if how == "given up":
        postfix.send(packet("A"))
    elif how == "Postfix gone":
        postfix.close()
    else:
        signer.close()
        assert postfix.next() == b""
    sign(*relay.large())


def test_what_has_waited_for_too_long_is_put_off_alone(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = relay.large(), relay.large()
    monkeypatch.setattr(gate, "PATIENCE", 0.1)
    postfix, signer = relay.session()
    postfix.send(packet("M"), bodies(LARGE), packet("E"))
    signer.until("A")
    assert postfix.next().startswith(b"y451 4.3.2 ")
    # What follows in that session, and those that had a place, are not touched.
    postfix.send(packet("M"), bodies(PART), packet("E"))
    signer.until("E")
    sign(postfix, signer)
    sign(*first)
    sign(*second)
    sign(*relay.large())


def test_a_long_header_is_folded_for_the_signer_and_given_back_before_the_signature(relay: Relay) -> None:
    postfix, signer = relay.session()
    long = b"word " * 300
    postfix.send(packet("M"), header(b"X-A", b"short"), header(b"Other", long), header(b"x-a", long), packet("E"))
    seen = signer.until("E")
    signer.send(SIGNED)
    answers = postfix.until("c")
    assert seen[1] == header(b"X-A", b"short")[4:]
    folded = final_form.folded(b"x-a", long)
    assert folded.replace(b"\n", b"") == long and max(map(len, folded.split(b"\n"))) <= final_form.LIMIT
    assert seen[3] == header(b"x-a", folded)[4:]
    changed = [b"m" + struct.pack("!I", 1) + seen[2][1:], b"m" + struct.pack("!I", 2) + seen[3][1:]]
    assert answers == [*changed, b"hsigned", b"c"]
    postfix.send(packet("M"), header(b"X-A", b"short"), packet("E"))
    signer.until("E")
    sign(postfix, signer)


@pytest.mark.parametrize("size", [1, 998, 999, 4000, 60_000])
def test_the_signer_sees_long_lines_as_they_leave(relay: Relay, size: int) -> None:
    postfix, signer = relay.session()
    kept = b"a" * 998 + b"\r\n" + b"b" * 997 + b"\r\r\n"
    postfix.send(packet("M"), bodies(kept + b"c" * 2996 + b"\r\nend\r", size), packet("E"))
    seen = b"".join(part[1:] for part in signer.until("E"))
    parts = [b"c" * 998, b"c" * 997, b"c" * 997, b"c" * 4]
    assert seen == kept + b"\r\n ".join(parts) + b"\r\nend\r"


def test_headers_beyond_measure_are_refused(relay: Relay) -> None:
    postfix, signer = relay.session()
    refused = [header(b"a", b"")] * (gate.MOST_HEADERS // gate.LEAST_HEADER + 1)
    postfix.send(packet("M"), *refused, packet("N"), bodies(LARGE), packet("E"))
    signer.until("A")
    assert postfix.next().startswith(b"y552 5.3.4 ")


def test_a_header_without_a_value_is_an_empty_one(relay: Relay) -> None:
    postfix, signer = relay.session()
    postfix.send(packet("L", b"name"), packet("E"))
    assert signer.until("E")[0] == header(b"name", b"")[4:]


@pytest.mark.parametrize("broken", [bytes(4), struct.pack("!I", milter.LONGEST + 1)])
def test_what_is_not_of_the_protocol_ends_the_connection(relay: Relay, broken: bytes) -> None:
    postfix, signer = relay.session()
    postfix.send(broken)
    assert postfix.next() == signer.next() == b""


def test_postfix_is_told_at_once_when_there_is_no_signer(relay: Relay) -> None:
    relay.signer.close()
    postfix = Peer(socket.create_connection(relay.address))
    relay.peers.append(postfix)
    assert postfix.next() == b""
