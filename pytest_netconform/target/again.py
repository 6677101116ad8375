"""A second copy of a server on the port of the first: after its end, or beside it."""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

from ..deadline import Deadline, DeadlineMissed
from . import timewait
from .command import build
from .instance import Instance
from .sockets import SocketTable, open_table
from .start import CALM_LOOKS, LOOK_EVERY, launch, start_at_once
from .tree import Tree
from .vitals import Exit, asleep


def restart(ended: Instance) -> Instance:
    """The same command, now; with the port that it took, or a port of its own choice. Raises NotTestable
    where it does not listen. After that its port is made free again, for the next instance's sake."""
    target = ended.target
    try:
        return start_at_once(replace(target, port=ended.port) if ended.takes_port else target)
    except BaseException:
        with contextlib.closing(open_table()) as table:
            timewait.clear(table, ended.port)
        raise


@dataclass(frozen=True)
class SecondCopy:
    """What became of it: how it ended, or the ports on which it listens; and the last lines that it
    printed."""

    exit: Exit | None
    ports: frozenset[int]
    printed: tuple[str, ...]


def second_copy(first: Instance, deadline: Deadline) -> SecondCopy:
    """Start the command once more, with the port that the first copy has, until it ends or has come to
    rest; then stop it. Raises DeadlineMissed where it does neither."""
    target = first.target
    command = build(target.command, target.cwd or Path.cwd(), target.env, first.port, uuid.uuid4().hex)
    with contextlib.closing(open_table()) as table:
        tree, log = launch(command)
        try:
            exit_, ports = _await_rest(tree, table, deadline)
        finally:
            tree.stop(0)
            log.wait_end(Deadline(1.0))
    return SecondCopy(exit_, ports, tuple(log.tail()))


def _await_rest(tree: Tree, table: SocketTable, deadline: Deadline) -> tuple[Exit | None, frozenset[int]]:
    """Its first port may be one for its debugger; it has come to rest when all of its threads wait."""
    calm = 0
    while (exit_ := tree.exit()) is None:
        ports = frozenset(found.port for found in table.listening(tree.pids))
        calm = calm + 1 if ports and asleep(tree.pids()) else 0
        if calm >= CALM_LOOKS:
            return None, ports
        if deadline.expired():
            raise DeadlineMissed("the second copy to end")
        tree.wait(min(deadline.remaining(), LOOK_EVERY))
    return exit_, frozenset()
