"""The process tree of an instance by psutil, where there is no /proc. Not tried on any such system.

A process that leaves the session and whose parent ends is lost from sight, and nothing ends the tree
when the tester is killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time

import psutil

from ..deadline import LONGEST_PAUSE, Deadline, DeadlineMissed, poll
from .command import Command, SpawnFailed
from .tree import Bounds
from .vitals import Exit

KILL_TIME = 10.0


class PsutilTree:
    """A Tree whose processes were once seen below its first process."""

    def __init__(self, command: Command, log_fd: int, bounds: Bounds) -> None:
        stdin, writer = os.pipe()
        self._stdin_writer: int | None = writer
        try:
            self._process = subprocess.Popen(  # noqa: S603
                command.argv,
                executable=command.program,
                cwd=command.cwd,
                env=dict(command.env),
                stdin=stdin,
                stdout=log_fd,
                stderr=log_fd,
                start_new_session=True,
            )
        except OSError as exc:
            os.close(writer)
            raise SpawnFailed(exc.errno or 0) from exc
        finally:
            os.close(stdin)
        self.pid = self._process.pid
        self._why = ""
        self._seen: set[psutil.Process] = set()

    def _alive(self) -> list[psutil.Process]:
        """What lives of everything ever seen, and of its children."""
        first = [psutil.Process(self.pid)] if self._process.poll() is None else []
        for process in [*first, *self._seen]:
            self._seen.add(process)
            with contextlib.suppress(psutil.Error):
                self._seen.update(process.children(recursive=True))
        self._seen = set(filter(_lives, self._seen))
        return list(self._seen)

    def exit(self) -> Exit | None:
        if self._alive() or (code := self._process.poll()) is None:
            return None
        return Exit.of(-code if code < 0 else code << 8, self._why)

    def wait(self, seconds: float) -> None:
        time.sleep(min(seconds, LONGEST_PAUSE))  # nothing announces the end of a stranger's child

    def pids(self) -> list[int]:
        return [process.pid for process in self._alive()]

    def pause(self) -> None:
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal_all(signal.SIGCONT)

    def signal_group(self, number: int) -> None:
        with contextlib.suppress(OSError):
            os.killpg(self.pid, number)

    def kill(self, why: str) -> None:
        self._why = why
        self._signal_all(signal.SIGKILL)

    def stop(self, grace: float) -> None:
        for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, KILL_TIME)):
            self._signal_all(number)
            self._signal_all(signal.SIGCONT)
            with contextlib.suppress(DeadlineMissed):
                poll(lambda: not self._alive(), Deadline(seconds), "")
        self._process.wait()
        if self._stdin_writer is not None:
            os.close(self._stdin_writer)
            self._stdin_writer = None

    def _signal_all(self, number: int) -> None:
        for process in self._alive():
            with contextlib.suppress(psutil.Error):
                process.send_signal(number)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
