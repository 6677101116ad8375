"""One running copy of a target."""

from __future__ import annotations

import atexit
import contextlib
import copy
import os
import signal
import socket
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..deadline import Deadline, DeadlineMissed, poll
from ..errors import EnvironmentFault
from .box import Box
from .limits import descriptors_left
from .log import Log
from .procnet import inodes_of, is_hidden
from .sockets import OPEN_TO_ALL, AcceptQueue, Connection, Endpoint, SocketTable, Transport
from .target import Target
from .tree import Tree
from .vitals import Exit, Vitals, asleep, line_of, lives, stopped, vitals_of

if TYPE_CHECKING:
    from .again import SecondCopy

GRACE = 1.0
"""Seconds between SIGTERM and SIGKILL."""
STOPPING = 5.0
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
        box: Box | None = None,
        transport: Transport,
        takes_port: bool,
        others: tuple[Endpoint, ...],
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
        self.other_addresses = tuple(sorted({str(one) for one in others}))
        self.ready_seconds = ready_seconds
        self.notes = notes
        self._tree = tree
        self._table = table
        self._endpoint = endpoint
        self._others = others
        self._box = box
        self._cleanup = cleanup
        self._asked_to_end = False
        self._process = os.getpid()
        _running.add(self)

    @property
    def excludes_others(self) -> bool:
        """Whether it keeps its port from every other instance of the target."""
        return self._box is None and not self.takes_port

    # ------------------------------------------------------------ clients

    def socket(self, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
        """An unconnected socket from which the instance can be reached."""
        return self._box.socket(self.family, kind) if self._box else socket.socket(self.family, kind)

    def address(self) -> tuple[str, int]:
        """For connect()."""
        return self.host, self.port

    def node(self, number: int) -> Instance:
        """The same instance, for clients of its node of that number: 1 is the port by which it was found, the
        others are by their ports. Raises IndexError where it has no so many."""
        if number == 1:
            return self
        from .start import for_clients

        reachable = filter(None, map(for_clients, self._others))
        by_port = {one.port: one for one in sorted(reachable, key=lambda one: one.family, reverse=True)}
        endpoint = by_port[sorted(by_port)[number - 2]]
        node = copy.copy(self)
        node.host, node.port, node.family = endpoint.host, endpoint.port, endpoint.family
        node._endpoint = endpoint
        return node

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

    def serves(self) -> bool:
        """Whether it can be used further: it lives, was not asked to end, and accepts."""
        if self._asked_to_end or self.exited() is not None:
            return False
        queue = self.accept_queue()
        return queue is None or queue.length == 0

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
        """Raises EnvironmentFault where the system hides them."""
        pids = self._visible_pids()
        rows = self._table.on_port(self.port) if pids else []
        held = sum(row.inode != 0 and row.state != "LISTEN" for row in rows)
        return replace(vitals_of(pids), connections=held)

    def descriptors_left(self, count: int) -> contextlib.AbstractContextManager[None]:
        """Inside of it the processes that are there can open so many descriptors more. Raises
        EnvironmentFault where the system hides those that they have."""
        return descriptors_left(self._visible_pids(), count)

    def _visible_pids(self) -> list[int]:
        pids = self._tree.pids()
        if self._box and is_hidden(pids):
            raise EnvironmentFault(
                "this bwrap has the rights of root, and hides what a server's processes hold"
            )
        return pids

    def has_left_its_terminal(self) -> bool:
        """Whether the server is a daemon: in another process group than what was started."""
        try:
            return os.getpgid(self.server_pid()) != self.pid
        except ProcessLookupError:
            return False

    def lives(self, pid: int) -> bool:
        """Whether this process of it runs still, other than as a zombie."""
        return pid in self._tree.pids() and lives(pid)

    def in_time_wait(self) -> bool:
        """Whether a connection that the server closed first keeps its port."""
        return any(row.state == "TIME_WAIT" for row in self._table.on_port(self.port))

    def asleep(self, pids: Sequence[int] | None = None) -> bool:
        """Whether all of its threads wait: it has done what it could do with what it was sent. `pids`
        spares the search for its processes."""
        return asleep(self._tree.pids() if pids is None else pids)

    def stands_still(self) -> bool:
        """Whether none of its processes can run until SIGCONT."""
        pids = self._tree.pids()
        return bool(pids) and all(map(stopped, pids))

    def pause(self) -> None:
        """Return when every thread of the tree is stopped. Raises EnvironmentFault."""
        self._tree.pause()

    def pause_main(self) -> None:
        """Return when `server_pid` is stopped; `resume` lets it go on. Raises EnvironmentFault."""
        pid = self.signal(signal.SIGSTOP)
        try:
            poll(lambda: stopped(pid), Deadline(STOPPING), "")
        except DeadlineMissed:
            raise EnvironmentFault("the server's main process cannot be stopped by SIGSTOP") from None

    def resume(self) -> None:
        self._tree.resume()

    def signal(self, number: int) -> int:
        """To the server itself, see `server_pid`; nothing if it has ended. Returns that pid."""
        self._asked_to_end = self._asked_to_end or number != signal.SIGSTOP
        pid = self.server_pid()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        return pid

    def server_pid(self) -> int:
        """The lowest process above all that hold the listening socket: of a server that forks the parent,
        and not the shell or launcher that has started it. The first process where that is not known."""
        pids = self._tree.pids()
        inodes = {row.inode for row in self._table.listening(lambda: pids) if row.port == self.port}
        lines = [line_of(pid) for pid in pids if inodes & inodes_of([pid])]
        common = (pid for pid in lines[0] if all(pid in line for line in lines)) if lines else iter(())
        return next((pid for pid in common if pid in pids), self.pid)

    def signal_group(self, number: int) -> None:
        """To its first process and the group of it, as Ctrl-C at a terminal does."""
        self._asked_to_end = True
        self._tree.signal_group(number)

    def kill(self, deadline: Deadline) -> Exit:
        """SIGKILL to all of it; return when nothing is left. Raises DeadlineMissed."""
        self._tree.kill("by the tester")
        return self.wait_exit(deadline)

    # ------------------------------------------------------------ once more

    def restart(self) -> Instance:
        """After its end: another instance on its port, at once. Raises as `Target.start` does."""
        from .again import restart

        return restart(self, self._box)

    def second_copy(self, deadline: Deadline) -> SecondCopy:
        """What becomes of a copy that is started beside it with the same port. Raises DeadlineMissed."""
        from .again import second_copy

        return second_copy(self, self._box, deadline)

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
