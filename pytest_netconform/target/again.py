"""A second copy of a server on the port of the first: after its end, or beside it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

from ..deadline import Deadline, DeadlineMissed
from . import timewait
from .box import Box
from .instance import Instance
from .sockets import SocketTable, open_table
from .start import CALM_LOOKS, LOOK_EVERY, command_of, launch, start_at_once
from .tree import Tree
from .vitals import Exit, asleep


def restart(ended: Instance, box: Box | None) -> Instance:
    """The same command, now; with the port that it took, or a port of its own choice; in the network of
    its box, where the old connections are. Raises NotTestable where it does not listen. After that its
    port is made free again, for the next instance's sake."""
    target = ended.target
    try:
        return start_at_once(replace(target, port=ended.port) if ended.takes_port else target, box)
    except BaseException:
        if box:
            raise
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


def second_copy(first: Instance, box: Box | None, deadline: Deadline) -> SecondCopy:
    """Start the command once more, with the port that the first copy has, until it ends or has come to
    rest; then stop it. Raises DeadlineMissed where it does neither."""
    launched = launch(command_of(first.target, first.port), first.target, box)
    try:
        exit_, ports = _await_rest(launched.tree, launched.table, deadline)
    finally:
        launched.close()
        launched.log.wait_end(Deadline(1.0))
    return SecondCopy(exit_, ports, tuple(launched.log.tail()))


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
