"""Servers on sockets that systemd holds, so that no client meets a closed door while a program restarts."""

from __future__ import annotations

import socket
import socketserver
from typing import Any

FROM_SYSTEMD = 3


def passed(index: int = 0) -> socket.socket:
    """The sockets of the socket unit, in its order."""
    return socket.socket(fileno=FROM_SYSTEMD + index)


# Threads, because asyncio alone would double the memory of these programs.
class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Serves on a socket that listens already, of any family."""

    # Of the socket that is made before it is replaced; one that every sandbox allows.
    address_family = socket.AF_UNIX
    daemon_threads = True

    def __init__(self, listening: socket.socket, conversation: Any) -> None:
        super().__init__(("", 0), conversation, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
