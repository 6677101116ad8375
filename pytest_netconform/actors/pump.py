"""Waiting for many clients at once: whenever one waits, what arrives at any of them is taken.

So pings are answered in time by clients that nobody looks at, and the transcript has the order in which
things came.
"""

from __future__ import annotations

import contextlib
import select
import selectors
import socket
from collections.abc import Callable
from typing import Protocol

from ..deadline import Deadline, DeadlineMissed

TAKE_AT_MOST = 0.05
"""Seconds between two looks at what the caller waits for; what arrives ends it at once."""


class Source(Protocol):
    """A client that the pump can read for."""

    @property
    def socket(self) -> socket.socket | None:
        """By which it receives, perhaps another one after each `take`; None where nothing can come."""

    def take(self, deadline: Deadline) -> None:
        """What has arrived, without waiting for more."""


class Pump:
    """Reads for the clients that it was given."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._watched: dict[Source, tuple[socket.socket, int]] = {}

    def watch(self, source: Source) -> None:
        """From now on, or again where it has another socket."""
        sock = source.socket
        if sock is not None and sock is self._watched.get(source, (None, -1))[0]:
            return
        self.forget(source)
        if sock is not None:
            fd = sock.fileno()
            with contextlib.suppress(KeyError):  # of a socket that was closed, with the same number
                self._selector.unregister(fd)
            self._selector.register(fd, selectors.EVENT_READ, source)
            self._watched[source] = sock, fd

    def forget(self, source: Source) -> None:
        """Again and again is fine, also when its socket was closed."""
        if source not in self._watched:
            return
        _, fd = self._watched.pop(source)
        with contextlib.suppress(KeyError):
            if self._selector.get_key(fd).data is source:
                self._selector.unregister(fd)

    def until(self, done: Callable[[], bool], deadline: Deadline, what: str) -> None:
        """Read until it is true. Raises DeadlineMissed, and whatever a client's `take` raises."""
        while not done():
            if deadline.expired():
                raise DeadlineMissed(what)
            self.once(deadline)

    def once(self, deadline: Deadline) -> None:
        """Wait until something arrives, for a moment at most, and take it."""
        for key, _ in self._selector.select(min(deadline.remaining(), TAKE_AT_MOST)):
            source: Source = key.data
            source.take(deadline)
            self.watch(source)

    def pass_time(self, moment: Deadline) -> None:
        """Read until then."""
        while not moment.expired():
            self.once(moment)

    def drain(self, deadline: Deadline) -> None:
        """Take what is there, without waiting."""
        while ready := self._selector.select(0):
            for key, _ in ready:
                source: Source = key.data
                source.take(deadline)
                self.watch(source)

    def close(self) -> None:
        self._selector.close()
        self._watched.clear()


def readable(sock: socket.socket | None, deadline: Deadline, what: str) -> None:
    """Wait for one socket alone. Raises DeadlineMissed."""
    if sock is None:
        return
    poller = select.poll()
    poller.register(sock, select.POLLIN)
    if not poller.poll(deadline.remaining() * 1000):
        raise DeadlineMissed(what)
