"""One client that sends data again and again, and reads what comes back, while others wait."""

from __future__ import annotations

import select

from .client import ConnectionEnded
from .tcp import TcpActor


class Stream:
    """Acts only in `turn`, which never waits. Of the replies it takes what is an echo, so that a long
    stream needs no memory; the first byte that is none, and all after it, stays with the client."""

    def __init__(self, actor: TcpActor, data: bytes) -> None:
        self.actor = actor
        self.data = data
        self._sent = 0
        self._taken = 0
        self._differs = False

    def events(self) -> int:
        """What to poll its socket for; 0 when the connection has ended."""
        if self.actor.ended is not None:
            return 0
        return select.POLLIN | select.POLLOUT

    def turn(self) -> None:
        """Write a piece and read a piece, as far as that goes at once."""
        try:
            self._sent += self.actor.write_some(memoryview(self.data)[self._sent :])
        except ConnectionEnded:
            return
        self._sent %= len(self.data)
        self.actor.read_available()
        self._take()

    def _take(self) -> None:
        received = self.actor.received
        while received and not self._differs:
            place = self._taken % len(self.data)
            piece = self.data[place : place + len(received)]
            self._differs = received[: len(piece)] != piece
            if not self._differs:
                del received[: len(piece)]
                self._taken += len(piece)

    def differing_from(self) -> bytes:
        """What should have come where something else came; empty where all was an echo."""
        place = self._taken % len(self.data)
        return self.data[place:] if self._differs else b""
