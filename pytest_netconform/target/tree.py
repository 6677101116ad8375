"""The process tree of an instance, held by its guard (see guard.py)."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ..deadline import Deadline, poll
from ..errors import EnvironmentFault
from . import processes
from .box import Box
from .command import TOKEN, Command, SpawnFailed
from .guards import open_guard
from .landlock import Rules
from .limits import Limits
from .spawn import Request
from .vitals import Exit

ANSWER_TIME = 10.0
KILL_TIME = 10.0
GUARD_KILLED = (
    "somebody has killed it: the system for want of memory, or the server itself, where it is in no box",
)


class Tree(Protocol):
    """The processes of one instance. One thread at a time may ask; `kill` is for any thread."""

    pid: int

    def exit(self) -> Exit | None:
        """How the first process ended, once no process is left; a look of microseconds."""

    def wait(self, seconds: float) -> None:
        """Until something happened to the tree, or the time has passed."""

    def pids(self) -> list[int]:
        """Every process, zombies too."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def signal_group(self, number: int) -> None:
        """To the first process and all that are still in its process group, as Ctrl-C at a terminal does."""

    def kill(self, why: str) -> None:
        """Everything, and do not wait; `why` becomes part of the Exit."""

    def stop(self, grace: float) -> None:
        """Ask with SIGTERM, after `grace` seconds kill, return when nothing is left."""


@dataclass(frozen=True)
class Bounds:
    """What an instance is held to: its limits, rules for Landlock if any, and its box if any."""

    limits: Limits = field(default_factory=Limits)
    rules: Rules = field(default_factory=list)
    box: Box | None = None


def open_tree(command: Command, log_fd: int, bounds: Bounds) -> Tree:
    """Start the command with its output going to `log_fd`. Raises SpawnFailed or EnvironmentFault."""
    if sys.platform.startswith("linux"):
        return GuardedTree(command, log_fd, bounds)
    from .psutiltree import PsutilTree

    return PsutilTree(command, log_fd, bounds)


class GuardedTree:
    """A Tree whose processes all descend from a guard process."""

    def __init__(self, command: Command, log_fd: int, bounds: Bounds) -> None:
        self.pid = 0
        self._root = 0  # below it are the processes of the instance
        self._box = bounds.box
        self._limits = bounds.limits
        self._guard = 0  # its PID, while that is known and it lives
        self._end: int | None = None  # readable when it has ended
        self._token = command.env[TOKEN]
        self._status = int(signal.SIGKILL)  # unless the guard lives to tell
        self._empty = False
        self._why = ""
        self._unread = b""
        self._answers: list[str] = []
        self._lock = threading.RLock()
        self._control, its_end = socket.socketpair()
        with its_end:
            box = bounds.box.for_guard() if bounds.box else []
            is_remote = bounds.box is not None and bounds.box.has_remote_guards
            open_guard([its_end.fileno(), log_fd, *box], is_remote)
        try:
            self._spawn(command, bounds)
        except BaseException:
            self.stop(0)
            raise

    def _spawn(self, command: Command, bounds: Bounds) -> None:
        limits, box = bounds.limits, bounds.box
        request = Request(
            command.program,
            list(command.argv),
            str(command.cwd),
            dict(command.env),
            limits=limits.of_all(),
            rlimits=limits.of_each(),
            rules=bounds.rules,
            view=box.view if box else [],
            room=box.room if box else 0,
        )
        self._control.sendall(request.encode())
        self._guard = int(self._answer().split()[1])
        with contextlib.suppress(OSError):  # before Linux 5.3 its end is not waited for
            self._end = os.pidfd_open(self._guard)
        word, *numbers = self._answer().split()
        if word == "failed":
            raise SpawnFailed(int(numbers[0]))
        self.pid, init = map(int, numbers)
        self._root = init or self._guard
        if box:
            box.entered(self._guard, self._root)

    # ------------------------------------------------------------ what the guard says

    def exit(self) -> Exit | None:
        with self._lock:
            self._listen()
            if not self._empty:
                return None
            return Exit.of(self._status, self._why or self._limit_behind())

    def _limit_behind(self) -> str:
        """The limit that made the kernel kill it."""
        is_behind = os.WIFSIGNALED(self._status) and os.WTERMSIG(self._status) == signal.SIGXFSZ
        return self._limits.met("file_size") if is_behind else ""

    def wait(self, seconds: float) -> None:
        if not self._empty:
            _wait_readable(self._control, seconds)

    def _listen(self) -> None:
        """Take in what the guard has said, without waiting. Raises EnvironmentFault when it is gone."""
        while not self._empty:
            try:
                data = self._control.recv(4096, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except ConnectionError:
                data = b""
            if not data:
                self._guard = 0
                raise EnvironmentFault(
                    "the guard process of a server has ended unexpectedly; run again", GUARD_KILLED
                )
            *lines, self._unread = (self._unread + data).split(b"\n")
            for line in lines:
                self._hear(line.decode())

    def _hear(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "exited":
            self._status = int(rest)
        elif word == "limited":
            self._why = self._limits.told(rest)
        elif word == "empty":
            self._empty = True
        elif word == "refused":
            raise EnvironmentFault(f"this machine allows no box: {rest}")
        elif word == "fault":
            raise EnvironmentFault(f"the guard process of a server has failed: {rest}")
        else:
            self._answers.append(line)

    def _answer(self) -> str:
        """The next answer; "" when the tree has ended instead."""
        deadline = Deadline(ANSWER_TIME)
        while not self._answers and not self._empty:
            if deadline.expired():
                raise EnvironmentFault(
                    f"the guard process of a server did not answer within {ANSWER_TIME:.0f} s"
                )
            _wait_readable(self._control, deadline.remaining())
            self._listen()
        return self._answers.pop(0) if self._answers else ""

    # ------------------------------------------------------------ what the guard is told

    def pids(self) -> list[int]:
        if self._empty or not (self._guard and self._root):
            return []
        return processes.descendants(self._root, self._box.beside(self._root) if self._box else ())

    def pause(self) -> None:
        if self._command("pause") == "unstoppable":
            raise EnvironmentFault("the processes of the server cannot be stopped by SIGSTOP")

    def resume(self) -> None:
        self._command("resume")

    def signal_group(self, number: int) -> None:
        self._tell(f"signal {number}")

    def kill(self, why: str) -> None:
        self._why = why
        self._tell("kill")

    def stop(self, grace: float) -> None:
        with self._lock:
            self._tell(f"stop {grace}")
            try:
                self._wait_empty(Deadline(grace + KILL_TIME))
            except EnvironmentFault:
                if self._guard:
                    _kill(self._guard)
                kill_by_token(self._token)
                self._empty = True
            self._await_guard()
            if self._box:
                self._box.left(self._root)

    def _await_guard(self) -> None:
        """It ends when it is told that nobody listens any more."""
        self._control.close()
        if self._end is not None:
            _wait_readable(self._end, KILL_TIME)
            os.close(self._end)
            self._end = None

    def _wait_empty(self, deadline: Deadline) -> None:
        while not self._empty:
            if deadline.expired():
                raise EnvironmentFault("processes of the server survive SIGKILL")
            self.wait(deadline.remaining())
            self._listen()

    def _command(self, text: str) -> str:
        with self._lock:
            self._tell(text)
            return self._answer()

    def _tell(self, text: str) -> None:
        try:
            self._control.send(f"{text}\n".encode())
        except OSError:  # the tree and its guard have ended
            return


def _wait_readable(descriptor: socket.socket | int, seconds: float) -> None:
    waiting = select.poll()  # select() refuses descriptors above 1023
    waiting.register(descriptor, select.POLLIN)
    waiting.poll(seconds * 1000)


def kill_by_token(token: str) -> None:
    """Kill what a lost guard has left behind: the processes that carry the instance's token."""
    poll(lambda: not _kill_once(token), Deadline(KILL_TIME), "the server's processes to end")


def _kill_once(token: str) -> bool:
    entry = f"{TOKEN}={token}".encode()
    found = False
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and entry in _environ(folder):
            found = True
            _kill(int(folder.name))
    return found


def _environ(folder: Path) -> list[bytes]:
    try:
        return (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return
