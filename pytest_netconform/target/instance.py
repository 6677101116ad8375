"""One running copy of a target."""

from __future__ import annotations

import atexit
import contextlib
import os
import socket

from ..deadline import Deadline, DeadlineMissed
from .log import Log
from .sockets import OPEN_TO_ALL, AcceptQueue, Connection, Endpoint, SocketTable, Transport
from .target import Target
from .tree import Tree
from .vitals import Exit, Vitals, asleep, vitals_of

GRACE = 1.0
"""Seconds between SIGTERM and SIGKILL."""
LAST_OUTPUT = 1.0
"""Seconds for what an ended instance has printed to come out of the pipe; microseconds are usual."""


class Instance:
    """A process tree, its address, its log and its vitals.

    `host` and `port` are for connecting, `family` is AF_INET or AF_INET6; `transport` is udp where it
    takes datagrams on that port. `takes_port`: it listens on
    the port that it was offered by PORT or {port}. `other_addresses`: what else it listens on.
    `notes`: sentences about the start that a user should read.
    """

    def __init__(
        self,
        target: Target,
        tree: Tree,
        table: SocketTable,
        log: Log,
        endpoint: Endpoint,
        *,
        transport: Transport,
        takes_port: bool,
        other_addresses: tuple[str, ...],
        ready_seconds: float,
        notes: tuple[str, ...],
        cleanup: contextlib.ExitStack,
    ) -> None:
        self.target = target
        self.log = log
        self.pid = tree.pid
        self.host = endpoint.host
        self.port = endpoint.port
        self.family = endpoint.family
        self.transport = transport
        self.takes_port = takes_port
        self.other_addresses = other_addresses
        self.ready_seconds = ready_seconds
        self.notes = notes
        self._tree = tree
        self._table = table
        self._endpoint = endpoint
        self._cleanup = cleanup
        self._process = os.getpid()
        _running.add(self)

    # ------------------------------------------------------------ clients

    def socket(self, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
        """An unconnected socket from which the instance can be reached."""
        return socket.socket(self.family, kind)

    def address(self) -> tuple[str, int]:
        """For connect()."""
        return self.host, self.port

    # ------------------------------------------------------------ the end

    def exited(self) -> Exit | None:
        """How it ended; None while any process of it lives. A look of microseconds.

        A server whose launcher has ended lives on in its daemon."""
        found = self._tree.exit()
        if found is not None:
            self.log.wait_end(Deadline(LAST_OUTPUT))
        return found

    def wait_exit(self, deadline: Deadline) -> Exit:
        """Raises DeadlineMissed."""
        while (found := self.exited()) is None:
            if deadline.expired():
                raise DeadlineMissed("the server to end")
            self._tree.wait(deadline.remaining())
        return found

    # ------------------------------------------------------------ sockets

    def listening(self) -> bool:
        """Whether a process of it still listens on its port, or takes datagrams there."""
        same, state, held = self._endpoint.inode, "LISTEN", self._table.listening
        if self.transport == "udp":
            state, held = OPEN_TO_ALL, self._table.udp
        on_port = self._table.on_port(self.port, self.transport)
        if any(row.inode == same and row.state == state for row in on_port):
            return True
        return any(found.port == self.port for found in held(self._tree.pids))

    def accept_queue(self) -> AcceptQueue | None:
        """None when nobody listens, where the system does not tell, and for datagrams."""
        return self._table.accept_queue(self._endpoint) if self.transport == "tcp" else None

    def connection(self, client_port: int) -> Connection | None:
        """The server's end of the connection whose client has that port; None when it is gone."""
        return self._table.connection(self._endpoint, client_port)

    # ------------------------------------------------------------ processes

    def pids(self) -> list[int]:
        """Every process of the tree, zombies too."""
        return self._tree.pids()

    def vitals(self) -> Vitals:
        return vitals_of(self._tree.pids())

    def asleep(self) -> bool:
        """Whether all of its threads wait: it has done what it could do with what it was sent."""
        return asleep(self._tree.pids())

    def pause(self) -> None:
        """Return when every thread of the tree is stopped. Raises EnvironmentFault."""
        self._tree.pause()

    def resume(self) -> None:
        self._tree.resume()

    def signal(self, number: int) -> None:
        """To the first process; nothing if it has ended."""
        self._tree.signal(number)

    def stop(self) -> None:
        """End it: SIGTERM, after a second SIGKILL, until nothing is left. Again and again is fine."""
        if self._process != os.getpid():  # a fork of the tester has this object, not the instance
            return
        self._tree.stop(GRACE)
        self.log.wait_end(Deadline(LAST_OUTPUT))
        self._cleanup.close()
        _running.discard(self)


_running: set[Instance] = set()


@atexit.register
def _stop_all() -> None:
    for instance in list(_running):
        instance.stop()
