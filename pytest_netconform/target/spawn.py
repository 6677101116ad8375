"""How the process of a target begins: what guard.py and boxinit.py, PID 1 of a box by bwrap, share.

Only the standard library, and little of it: an instance cannot start before.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # `signal` loads enum: a third of the start
import ctypes
import marshal
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
MOST_TASKS = 4
"""Threads and processes of a box for each process that its limit allows: the kernel's brake, for one that
forks faster than anybody can look."""


class Request:
    """What to execute, as execve(2) wants it.

    `limits`: what all of its processes together may use of `memory` (bytes), `processes` and `cpu`
    (seconds). `rlimits`: what each of them may, by number of resource (getrlimit(2)). `rules`: see
    landlock.Rules. In a box that the guard makes, `view` is what it sees of the file system, see
    namespaces.View, and `room` the size of each folder of its own in bytes.
    """

    def __init__(
        self,
        program: str,
        argv: list[str],
        cwd: str,
        env: dict[str, str],
        limits: dict[str, float],
        rlimits: dict[int, int],
        rules: list[tuple[str, int]],
        view: list[tuple[str, str]],
        room: int,
    ) -> None:
        self.program = program
        self.argv = argv
        self.cwd = cwd
        self.env = env
        self.limits = limits
        self.rlimits = rlimits
        self.rules = rules
        self.view = view
        self.room = room

    def encode(self) -> bytes:
        """A line with the length, then the values as this Python marshals them: it reads them too."""
        body = marshal.dumps(self.__dict__)
        return b"%d\n" % len(body) + body


def read_request(unread: bytes, more: Callable[[], bytes]) -> tuple[Request, bytes]:
    """The request at the beginning of what is read, and what comes after it. Raises EOFError."""
    while b"\n" not in unread:
        unread += _some(more)
    length, _, unread = unread.partition(b"\n")
    while len(unread) < int(length):
        unread += _some(more)
    body, rest = unread[: int(length)], unread[int(length) :]
    return Request(**marshal.loads(body)), rest  # noqa: S302 - from the tester


def _some(more: Callable[[], bytes]) -> bytes:
    data = more()
    if not data:
        raise EOFError
    return data


# ---------------------------------------------------------------- in the child


def become(request: Request, stdin: int, log: int, tell: int) -> None:
    """Turn into the target. `tell` is closed by a successful exec; else `failed ERRNO` is written there."""
    try:
        leave_guard()
        os.chdir(request.cwd)
        os.dup2(stdin, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        _limit_each(request.rlimits)
        if request.rules:
            import landlock  # type: ignore[import-not-found]  # it lies beside this file

            landlock.restrict(request.rules)
        os.execve(request.program, request.argv, request.env)  # noqa: S606 - no shell is wanted
    except OSError as exc:
        os.write(tell, f"failed {exc.errno}".encode())
    finally:
        os._exit(127)


def leave_guard() -> None:
    """A session of its own, which ends with its parent. No signal is ignored or blocked, whatever the
    tester's parent did: a shell starts background jobs with SIGINT ignored."""
    os.setsid()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _limit_each(rlimits: dict[int, int]) -> None:
    """Lower what this process and its children may use, never raise it."""
    import resource

    for number, most in rlimits.items():
        soft, hard = resource.getrlimit(number)
        lower = [most if limit == resource.RLIM_INFINITY else min(limit, most) for limit in (soft, hard)]
        resource.setrlimit(number, (lower[0], lower[1]))


# ---------------------------------------------------------------- for parents


def ignore_signals() -> None:
    """An instance can send anything to whoever holds it, and must not get rid of it so easily."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)


def prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def wake_on(*numbers: int) -> int:
    """A descriptor that becomes readable at these signals, which do nothing else."""
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    return read
