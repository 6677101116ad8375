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
from .sockets import open_table
from .start import LOOK_EVERY, launch, start_at_once
from .vitals import Exit


def restart(ended: Instance) -> Instance:
    """The same command on the same port, now. Raises NotTestable where it does not listen there.

    After a failure the port is made free again: it is not the next instance's fault."""
    try:
        return start_at_once(replace(ended.target, port=ended.port))
    except BaseException:
        with contextlib.closing(open_table()) as table:
            timewait.clear(table, ended.port)
        raise


@dataclass(frozen=True)
class SecondCopy:
    """What became of it: how it ended, or where it listens; and the last lines that it printed."""

    exit: Exit | None
    listens: tuple[str, ...]
    printed: tuple[str, ...]


def second_copy(first: Instance, deadline: Deadline) -> SecondCopy:
    """Start the command once more, with the port that the first copy has, until it ends or listens;
    then stop it. Raises DeadlineMissed where it does neither."""
    target = first.target
    command = build(target.command, target.cwd or Path.cwd(), target.env, first.port, uuid.uuid4().hex)
    with contextlib.closing(open_table()) as table:
        tree, log = launch(command)
        try:
            while (exit_ := tree.exit()) is None:
                if found := table.listening(tree.pids):
                    return SecondCopy(None, tuple(sorted(map(str, found))), ())
                if deadline.expired():
                    raise DeadlineMissed("the second copy to end")
                tree.wait(min(deadline.remaining(), LOOK_EVERY))
        finally:
            tree.stop(0)
            log.wait_end(Deadline(1.0))
    return SecondCopy(exit_, (), tuple(log.tail()))
