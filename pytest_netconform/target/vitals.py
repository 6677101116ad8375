"""How an instance is, and how it ended."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SLEEPING = frozenset("SDIZXTt")
"""States of proc_pid_stat(5) in which a thread runs nothing and is not waiting to run."""
STOPPED = frozenset("TtZX")
MEANING = {
    "SIGSEGV": "invalid memory access",
    "SIGBUS": "invalid memory access",
    "SIGFPE": "a division by zero, or another impossible calculation",
    "SIGILL": "an instruction that this processor does not have",
    "SIGABRT": "abort(): it found a fault in itself",
    "SIGPIPE": "it wrote to a connection that the client had ended, and does not ignore SIGPIPE",
    "SIGSYS": "a system call that is forbidden here",
    "SIGKILL": "perhaps by the system, for want of memory",
}
"""What usually sends the signals that nobody types (signal(7))."""


@dataclass(frozen=True)
class Exit:
    """The end of an instance's first process: by its exit status, or by a signal such as SIGSEGV.

    `why` says what the tester had to do with it, if anything.
    """

    status: int | None = None
    signal: str | None = None
    why: str = ""

    @classmethod
    def of(cls, wait_status: int, why: str = "") -> Exit:
        """From the status that waitpid(2) gives."""
        code = os.waitstatus_to_exitcode(wait_status)
        return cls(status=code, why=why) if code >= 0 else cls(signal=_signal_name(-code), why=why)

    def __str__(self) -> str:
        end = f"exit status {self.status}" if self.signal is None else f"killed by {self.signal}"
        why = self.why or MEANING.get(self.signal or "")
        return f"{end} ({why})" if why else end


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"


@dataclass(frozen=True)
class Vitals:
    """Sums over the process tree; the zombies in it are counted apart. `connections` are its clients'
    connections that it has not let go of.

    `cpu_seconds` is what its processes used, with their children that have ended and were waited for.
    """

    processes: int = 0
    threads: int = 0
    descriptors: int = 0
    zombies: int = 0
    connections: int = 0
    rss_bytes: int = 0
    cpu_seconds: float = 0.0


def asleep(pids: Iterable[int]) -> bool:
    """Whether every thread waits for something from outside; never where there is no /proc."""
    states = [state for pid in pids for state in _thread_states(pid)]
    return bool(states) and SLEEPING.issuperset(states)


def stopped(pid: int) -> bool:
    """Whether no thread of it can run until SIGCONT, or ever."""
    return STOPPED.issuperset(_thread_states(pid))


def _thread_states(pid: int) -> list[str]:
    """A letter for each of its threads (proc_pid_stat(5)); none of a process that has ended."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - names are all that is needed
    except OSError:
        return []
    return [_state(Path(f"/proc/{pid}/task/{thread}/stat")) for thread in threads]


def _state(stat: Path) -> str:
    try:
        return stat.read_text("latin-1").rpartition(")")[2].split()[0]
    except OSError:  # the thread has ended
        return "X"


def line_of(pid: int) -> list[int]:
    """The process and those above it, from child to parent."""
    import psutil

    try:
        return [pid, *(parent.pid for parent in psutil.Process(pid).parents())]
    except psutil.Error:
        return [pid]


def lives(pid: int) -> bool:
    """Whether it runs, rather than having ended and waiting for its parent to ask."""
    look = _look(pid)
    return look is not None and not look.zombies


def vitals_of(pids: Iterable[int]) -> Vitals:
    """Look at each process; one that ends meanwhile is left out."""
    looks = [look for pid in pids if (look := _look(pid)) is not None]
    return Vitals(
        processes=sum(look.processes for look in looks),
        threads=sum(look.threads for look in looks),
        descriptors=sum(look.descriptors for look in looks),
        zombies=sum(look.zombies for look in looks),
        rss_bytes=sum(look.rss_bytes for look in looks),
        cpu_seconds=sum(look.cpu_seconds for look in looks),
    )


def _look(pid: int) -> Vitals | None:
    import psutil

    try:
        process = psutil.Process(pid)
        with process.oneshot():
            if process.status() == psutil.STATUS_ZOMBIE:
                return Vitals(zombies=1)
            return Vitals(
                processes=1,
                threads=process.num_threads(),
                descriptors=process.num_fds(),
                rss_bytes=process.memory_info().rss,
                cpu_seconds=sum(process.cpu_times()[:4]),
            )
    except psutil.ZombieProcess:
        return Vitals(zombies=1)
    except psutil.Error:
        return None
