"""The box of an instance: its own users, network, processes and files. This is the tester's side of it.

The other side is the guard's, in namespaces.py.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator

from ..errors import EnvironmentFault

STOCK = 32
"""So many sockets are asked for at once: a question takes longer than to make a socket."""
ANSWER_TIME = 10.0
ROOM = 256 << 20
"""Bytes in each folder that an instance may write to."""

Socket = socket.socket
View = list[tuple[str, str]]
"""What an instance sees of the file system, see view.py."""


class Box:
    """Where an instance runs and from where it is reached. One thread at a time.

    `guard` is a process in its network. `has_remote_guards`: which kind of guard holds an instance in it.
    """

    has_remote_guards = False

    def __init__(self, view: View, joined: Box | None = None) -> None:
        self.view = view
        self.room = ROOM
        self.netlink: socket.socket | None = None
        self._joined = joined
        self._channel, self._for_guard = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel.settimeout(ANSWER_TIME)
        self._namespaces: list[int] = []
        self._stock: dict[tuple[int, int], list[socket.socket]] = {}
        self._lock = threading.Lock()
        self.guard = 0

    def for_guard(self) -> list[int]:
        """The descriptors that the guard needs."""
        return [self._for_guard.fileno(), *(self._joined._namespaces if self._joined else ())]

    def again(self, view: View) -> Box:
        """The box for another instance in the same network."""
        return Box(view, self)

    def entered(self, guard: int, root: int) -> None:
        """The guard with that PID has been inside, and may have ended; the instance is below `root`. Raises
        EnvironmentFault."""
        self._for_guard.close()
        self.guard = guard
        netlink, *self._namespaces = self._received(3)
        self.netlink = socket.socket(fileno=netlink)

    @property
    def is_shared(self) -> bool:
        """Whether there are several instances in it."""
        return False

    def beside(self, root: int) -> frozenset[int]:
        """The processes below which other instances in this box are."""
        return frozenset()

    def left(self, root: int) -> None:
        """The instance below that process has ended."""

    def socket(self, family: int, kind: int) -> Socket:
        """An unconnected socket of its network. Raises EnvironmentFault."""
        with self._lock:
            stock = self._stock.setdefault((family, kind), [])
            if not stock:
                with self._environment("ask for sockets of the box"):
                    self._channel.send(f"{int(family)} {int(kind)} {STOCK}".encode())
                stock += [socket.socket(fileno=fd) for fd in self._received(STOCK)]
            return stock.pop()

    def _received(self, count: int) -> list[int]:
        with self._environment("take sockets out of the box"):
            data, descriptors, *_ = socket.recv_fds(self._channel, 1, count)
            if not data:
                raise ConnectionError("the guard is gone")
            return descriptors

    @contextlib.contextmanager
    def _environment(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            raise EnvironmentFault(f"cannot {what}: {exc}") from exc

    def close(self) -> None:
        for stock in self._stock.values():
            for unused in stock:
                unused.close()
        self._stock.clear()
        for descriptor in self._namespaces:
            os.close(descriptor)
        self._namespaces.clear()
        for end in filter(None, (self.netlink, self._channel, self._for_guard)):
            end.close()
