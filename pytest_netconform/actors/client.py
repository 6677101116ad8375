"""What all clients have in common: a name, a non-blocking socket, and waiting for it with a deadline."""

from __future__ import annotations

import select
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Literal

from ..deadline import Deadline, DeadlineMissed
from ..target import Instance

DEFAULT_SECONDS = 10.0

End = Literal["fin", "reset"]
Note = Callable[[str, str, bytes], None]
"""Called as note(actor, event, data) for everything that the actor does or sees."""


class ConnectionEnded(Exception):
    """The server ended the connection where the client still wanted something of it."""

    def __init__(self, how: End) -> None:
        super().__init__({"fin": "connection closed", "reset": "connection reset"}[how])
        self.how = how


class Refused(Exception):
    """Nobody has the instance's port."""


class Malformed(Exception):
    """What arrived breaks the protocol. `clause` names it, `data` is what came."""

    def __init__(self, text: str, clause: str, data: bytes = b"") -> None:
        super().__init__(text)
        self.clause = clause
        self.data = data


class NoSession(Exception):
    """The server makes no session of the client's request: what it answers instead."""


class Client(ABC):
    """One named client. It takes its socket from the instance; it never makes one."""

    def __init__(self, name: str, instance: Instance, note: Note) -> None:
        self.name = name
        self.instance = instance
        self.local_port = 0
        self._note = note
        self._sock: socket.socket | None = None
        self._poll = select.poll()

    @abstractmethod
    def connect(self, deadline: Deadline | None = None, receive_buffer: int | None = None) -> None:
        """Raises Refused or DeadlineMissed."""

    @abstractmethod
    def send(self, data: bytes, deadline: Deadline | None = None) -> None: ...

    @abstractmethod
    def read_available(self) -> None:
        """Take what has arrived, without waiting."""

    @abstractmethod
    def close(self) -> None:
        """Again and again is fine."""

    @property
    def open(self) -> bool:
        return self._sock is not None

    def _use(self, sock: socket.socket) -> socket.socket:
        """Make it the client's own."""
        sock.setblocking(False)
        self._sock = sock
        self._poll.register(sock)
        return sock

    def _drop(self) -> None:
        if self._sock is not None:
            self._poll.unregister(self._sock)
            self._sock.close()
            self._sock = None

    def _wait(self, events: int, deadline: Deadline, what: str) -> int:
        self._poll.modify(self._socket(), events)
        ready = self._poll.poll(deadline.remaining() * 1000)
        if not ready:
            raise DeadlineMissed(what)
        return ready[0][1]

    def _socket(self) -> socket.socket:
        if self._sock is None:
            raise ConnectionEnded("fin")
        return self._sock
