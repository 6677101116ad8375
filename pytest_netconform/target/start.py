"""Start a target and find out where it listens."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
import time
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

from ..deadline import Deadline, DeadlineMissed, poll
from ..errors import NotTestable
from . import explain, timewait
from .box import Box, View
from .command import Command, SpawnFailed, build, refusal
from .explain import Failure
from .instance import Instance
from .log import Log, drain
from .ports import ephemeral_range, lock_free_port
from .rungs import BOXED, Rung
from .sockets import Endpoint, SocketTable, Transport, open_table
from .target import Target
from .tree import Bounds, Tree, open_tree
from .vitals import asleep, vitals_of

LOOK_EVERY = 0.001
PATIENT_LOOKS = 12
"""A server is seen to listen at the latest when a twelfth of its start has passed again."""
CALM_LOOKS = 10
"""One look is not enough: a server may wait for a moment for the disk or for a lock."""
CALM_FOR_CERTAIN = 2.0
"""Seconds of work, by the clock and by the processor's time, after which a server that never sleeps will not
listen elsewhere either. On a busy machine the clock alone says little of how far it has come."""
LONGEST_TIME_WAIT = 65.0
SETTLED_LOOKS = 50
ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - not ours
INSPECTOR_PORT = 9229
"""Of `node --inspect`, which opens it before the program itself begins."""

_hard_coded: dict[tuple[str, Path | None], int] = {}
"""The port that a command was seen to insist on: what to look for when it cannot have it any more."""


class _KeptByTimeWait(Exception):
    """The start failed because closed connections keep the port."""

    def __init__(self, port: int, error: NotTestable) -> None:
        super().__init__(port)
        self.port = port
        self.error = error


def start(target: Target) -> Instance:
    """A running copy that listens. Raises TargetError, UsageError or EnvironmentFault.

    A server without SO_REUSEADDR cannot have its port while connections of its last instance are in
    TIME_WAIT. That is no fault of this instance: it is started again when they are gone.
    """
    try:
        return _start(target, ())
    except _KeptByTimeWait as kept:
        began = time.monotonic()
        _await_free(kept)
        note = f"waited {time.monotonic() - began:.0f} s until port {kept.port} left TIME_WAIT"
    try:
        return _start(target, (note,))
    except _KeptByTimeWait as again:
        raise again.error from None


def start_at_once(target: Target, joined: Box | None = None) -> Instance:
    """As `start`, but a port that is kept by TIME_WAIT is an error; in the network of that box. Raises as
    `start` does."""
    try:
        return _start(target, (), joined)
    except _KeptByTimeWait as kept:
        raise kept.error from None


def _await_free(kept: _KeptByTimeWait) -> None:
    with contextlib.closing(open_table()) as table:
        timewait.clear(table, kept.port)
        try:
            poll(lambda: not table.on_port(kept.port), Deadline(LONGEST_TIME_WAIT), "the port to be free")
        except DeadlineMissed:
            raise kept.error from None


def _start(target: Target, notes: tuple[str, ...], joined: Box | None = None) -> Instance:
    began = time.monotonic()
    with contextlib.ExitStack() as cleanup:
        offered = target.port
        if offered is None:
            lock = lock_free_port()
            cleanup.callback(lock.release)
            offered = lock.port
        command = command_of(target, offered)
        launched = launch(command, target, joined)
        cleanup.callback(launched.close)
        tree, log, table = launched.tree, launched.log, launched.table
        ready = _Readiness(target, command, tree, log, table, offered).wait()
        endpoint = ready.endpoint
        if endpoint.port != offered:
            _hard_coded[target.command, target.cwd] = endpoint.port
        return Instance(
            target,
            tree,
            table,
            log,
            endpoint,
            box=launched.box,
            transport=ready.transport,
            takes_port=endpoint.port == offered,
            others=ready.others,
            ready_seconds=time.monotonic() - began,
            notes=notes,
            cleanup=cleanup.pop_all(),
        )


@dataclass(frozen=True)
class Launched:
    """A command that runs, the table of its sockets, and the box that it runs in."""

    tree: Tree
    log: Log
    table: SocketTable
    box: Box | None
    cleanup: contextlib.ExitStack

    def close(self) -> None:
        """End what is left of it."""
        self.cleanup.close()


def command_of(target: Target, port: int) -> Command:
    """Raises as `command.build` does."""
    whole = target.rung == "off"
    return build(target.command, target.cwd or Path.cwd(), target.env, port, uuid.uuid4().hex, whole)


def launch(command: Command, target: Target, joined: Box | None = None) -> Launched:
    """Run it, in the network of that box if there is one, and drain its output. Raises TargetError or
    EnvironmentFault."""
    with contextlib.ExitStack() as cleanup:
        table = None if target.rung in BOXED else open_table()  # first, to know which sockets are older
        if table:
            cleanup.callback(table.close)
        command, bounds = _bounds(command, target, joined, cleanup)
        tree, log = _run(command, bounds)
        cleanup.callback(tree.stop, 0)
        if table is None:
            table = open_table(bounds.box)
            cleanup.callback(table.close)
        return Launched(tree, log, table, bounds.box, cleanup.pop_all())


def _bounds(
    command: Command, target: Target, joined: Box | None, cleanup: contextlib.ExitStack
) -> tuple[Command, Bounds]:
    """What the target's rung holds it to, and the command with what that adds to it."""
    if target.rung in (*BOXED, "landlock"):
        from .view import rules_of, view_of  # what only Linux has
    if target.rung in BOXED:
        view = view_of(command, target.shown)
        box = joined.again(view) if joined else _new_box(target.rung, view)
        cleanup.callback(box.close)
        return command, Bounds(target.limits, box=box)
    if target.rung == "landlock":
        temporary = Path(tempfile.mkdtemp(prefix="netconform-"))
        cleanup.callback(shutil.rmtree, temporary, ignore_errors=True)
        rules = rules_of(command, temporary, target.shown)
        return replace(command, env={**command.env, "TMPDIR": str(temporary)}), Bounds(target.limits, rules)
    return command, Bounds(target.limits)


def _new_box(rung: Rung, view: View) -> Box:
    if rung == "box":
        return Box(view)
    from .bubblewrap import Bubblewrap

    return Bubblewrap(view)


def _run(command: Command, bounds: Bounds) -> tuple[Tree, Log]:
    read_end, write_end = os.pipe()
    limits = bounds.limits
    log = Log(lambda: tree.kill(limits.told("output")), limits.output)
    try:
        tree = open_tree(command, write_end, bounds)
    except BaseException as exc:
        os.close(read_end)
        if isinstance(exc, SpawnFailed):
            raise refusal(command, exc.number) from exc
        raise
    finally:
        os.close(write_end)
    drain(read_end, log)
    return tree, log


@dataclass(frozen=True)
class _Ready:
    """Where clients come in, by what, and what else it listens on."""

    transport: Transport
    endpoint: Endpoint
    others: tuple[Endpoint, ...] = ()


class _Readiness:
    """Ready means: a socket of the process tree is in LISTEN; or it has a UDP socket and nothing more to do.

    A TCP server may open a UDP socket before it listens. So where the transport is not known, one that
    is bound and not connected counts only when the tree has settled with it and listens on nothing.
    """

    def __init__(
        self, target: Target, command: Command, tree: Tree, log: Log, table: SocketTable, offered: int
    ) -> None:
        self.target = target
        self.command = command
        self.tree = tree
        self.log = log
        self.table = table
        self.offered = offered
        self._began = time.monotonic()
        self._calm = 0
        self._patience: Deadline | None = None
        self._worked = 0.0
        self.known = _hard_coded.get((target.command, target.cwd))
        self._same_looks = 0
        self._seen: list[Endpoint] = []

    def wait(self) -> _Ready:
        """Raises TargetError or _KeptByTimeWait."""
        deadline = Deadline(self.target.start_timeout)
        while True:
            began = time.monotonic()
            last_look = deadline.expired()
            if ready := self._listening(last_look) or self._taking_datagrams(last_look):
                return ready
            self._refuse_end()
            if last_look:
                raise explain.silent(
                    self._failure(), self.target.start_timeout, self.target.port, self.target.transport
                )
            self.tree.wait(self._pause(time.monotonic() - began))

    def _pause(self, looked: float) -> float:
        """At least as long as the look took: no more than half of a processor is spent on looking. While
        there is nothing to see, the longer the longer it has taken already."""
        is_settling = self._calm or self._same_looks
        return max(LOOK_EVERY, looked, 0 if is_settling else (time.monotonic() - self._began) / PATIENT_LOOKS)

    def _is_final(self, chosen: Endpoint) -> bool:
        """Whether it listens where it was told to, or has come to rest elsewhere: the first port that
        a server opens may be one for its debugger, and its IPv6 socket may be seen before its other one."""
        address = for_clients(chosen)
        is_ipv6 = address is not None and address.family == socket.AF_INET6
        if self._is_expected(chosen) and not is_ipv6:
            return True
        pids = self.tree.pids()
        if self._patience is None:
            self._patience, self._worked = Deadline(CALM_FOR_CERTAIN), vitals_of(pids).cpu_seconds
        self._calm = self._calm + 1 if asleep(pids) else 0
        if self._calm >= CALM_LOOKS:
            return True
        return self._patience.expired() and vitals_of(pids).cpu_seconds - self._worked >= CALM_FOR_CERTAIN

    # ------------------------------------------------------------ TCP

    def _listening(self, last_look: bool) -> _Ready | None:
        if self.target.transport == "udp":
            return None
        found = self.table.listening(self.tree.pids)
        chosen = choose(self._eligible(found, last_look), self.offered)
        if chosen is None or not (last_look or self._is_final(chosen)):
            return None
        others = tuple(one for one in found if one.port != chosen.port)
        return _Ready("tcp", self._reachable(chosen), others)

    def _eligible(self, found: list[Endpoint], last_look: bool) -> list[Endpoint]:
        if self.target.port is not None or last_look:
            return self._on_demanded_port(found)
        return [endpoint for endpoint in found if endpoint.port != INSPECTOR_PORT]

    def _on_demanded_port(self, found: list[Endpoint]) -> list[Endpoint]:
        return [endpoint for endpoint in found if self.target.port in (None, endpoint.port)]

    # ------------------------------------------------------------ UDP

    def _taking_datagrams(self, last_look: bool) -> _Ready | None:
        if self.target.transport == "tcp":
            return None
        found = self._on_demanded_port(self.table.udp(self.tree.pids))
        chosen = choose(self._counting(found, last_look), self.offered)
        return None if chosen is None else _Ready("udp", self._reachable(chosen))

    def _counting(self, found: list[Endpoint], last_look: bool) -> list[Endpoint]:
        """The sockets of which it is known by now that they are the server's own."""
        if self.target.transport == "udp" and (expected := [e for e in found if self._is_expected(e)]):
            return expected
        if last_look:
            return list(filter(self._is_meant, found)) or found
        return list(filter(self._is_meant, found)) if self._has_settled(found) else []

    def _has_settled(self, found: list[Endpoint]) -> bool:
        """The same sockets in many looks in a row, with every thread of the tree asleep."""
        same = bool(found) and found == self._seen and asleep(self.tree.pids())
        self._same_looks, self._seen = self._same_looks + 1 if same else 0, found
        return self._same_looks >= SETTLED_LOOKS

    def _is_expected(self, endpoint: Endpoint) -> bool:
        return endpoint.port in (self.offered, self.known)

    def _is_meant(self, endpoint: Endpoint) -> bool:
        """Somebody chose its address: sending from a socket without one binds it to all addresses and
        to a port for outgoing connections."""
        if self._is_expected(endpoint) or endpoint.host not in ANY_ADDRESS:
            return True
        return endpoint.port not in ephemeral_range() or endpoint.port in explain.mentioned_ports(
            self._failure()
        )

    # ------------------------------------------------------------ neither

    def _reachable(self, endpoint: Endpoint) -> Endpoint:
        reachable = for_clients(endpoint)
        if reachable is None:
            raise explain.foreign(self._failure(), endpoint)
        return reachable

    def _refuse_end(self) -> None:
        exit_ = self.tree.exit()
        if exit_ is None:
            return
        self.log.wait_end(Deadline(1.0))
        failure = self._failure()
        error = explain.ended(failure, exit_)
        port = explain.port_to_be_freed(failure)
        raise _KeptByTimeWait(port, error) if port is not None else error

    def _failure(self) -> Failure:
        limits = self.target.limits
        boxed = self.target.rung in BOXED
        return Failure(self.command, self.log, self.table, self.tree.pids(), self.known, limits, boxed)


def choose(found: list[Endpoint], offered: int) -> Endpoint | None:
    """Loopback rather than not, the offered port rather than another, IPv4 rather than IPv6."""

    def rank(endpoint: Endpoint) -> tuple[bool, bool, int, int]:
        return for_clients(endpoint) is None, endpoint.port != offered, endpoint.family, endpoint.port

    return min(found, key=rank, default=None)


def for_clients(endpoint: Endpoint) -> Endpoint | None:
    """Where a client on this machine connects; None for an address that is not on the loopback."""
    host = endpoint.host.removeprefix("::ffff:")
    if host in ANY_ADDRESS:
        host = "::1" if endpoint.v6only else "127.0.0.1"
    if host != "::1" and not host.startswith("127."):
        return None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return Endpoint(family, host, endpoint.port, endpoint.state, endpoint.inode)
