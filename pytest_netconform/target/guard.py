"""The guard: a small process between the tester and one instance, which nothing of the instance outlives.

Run by LAUNCH with the arguments FOLDER CONTROL_FD LOG_FD in a session of its own, on Linux. It is a
child subreaper (prctl(2)): every orphan of the instance becomes its child, so its descendants are exactly the
instance's processes, however these fork. When the tester is gone, it kills them all.

It reads from the control socket one request, as `encode_request` makes it, then the commands
`pause`, `resume`, `signal NUMBER`, `stop SECONDS`, `kill`, one per line. It writes the lines

    spawned PID | failed ERRNO      what became of the request
    paused | unstoppable | resumed  the answer to that command
    exited WAIT_STATUS              the first process has ended
    empty                           no process is left; the guard ends
    fault TEXT                      the guard itself has failed, and ends

Only the standard library, and little of it: an instance cannot start before its guard.
"""

# ruff: noqa: PTH123, PTH208 - pathlib takes longer to import than the guard to start
from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # `signal` loads enum: a third of the start
import ctypes
import os
import select
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LAUNCH = ("-I", "-S", "-c", "import sys; sys.path.append(sys.argv[1]); import guard; guard.main()")
"""Arguments for Python. As a script, this file would be compiled at each start."""
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PAUSE_BETWEEN_LOOKS = 0.0005
LONGEST_PAUSING = 5.0
MOST_LOOKS = 3
STOPPED_STATES = frozenset("TtZX")
"""Of a thread in /proc: stopped, traced, and two words for dead (proc(5))."""

Stat = tuple[int, str]
"""A process's parent and its state, such as R or Z."""


# ---------------------------------------------------------------- the process tree


def descendants(root: int) -> list[int]:
    """Every process below `root`, parents before children, zombies included."""
    children: dict[int, list[int]] = {}
    for pid, parent in _all_parents().items():
        children.setdefault(parent, []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, ())
    return found[1:]


def _all_parents() -> dict[int, int]:
    """Each process of the system with its parent.

    A parent that ends during the look is missing from it, and with it the way to its children. Then the
    look is repeated; a few times only, because some systems hide other users' processes for good.
    """
    for _ in range(MOST_LOOKS):
        names = filter(str.isdigit, os.listdir("/proc"))
        parents = {int(name): seen[0] for name in names if (seen := _stat(f"/proc/{name}/stat"))}
        if parents.keys() | {0} >= set(parents.values()):
            break
    return parents


def _stat(path: str) -> Stat | None:
    try:
        with open(path, "rb") as file:
            state, parent = file.read().rpartition(b")")[2].split()[:2]
    except (OSError, ValueError):
        return None
    return int(parent), state.decode()


def _all_stopped(pids: list[int]) -> bool:
    """Whether each thread of these processes is stopped. A process counts as stopped before all of it is."""
    for pid in pids:
        try:
            threads = os.listdir(f"/proc/{pid}/task")
        except OSError:
            continue
        for thread in threads:
            seen = _stat(f"/proc/{pid}/task/{thread}/stat")
            if seen and seen[1] not in STOPPED_STATES:
                return False
    return True


def _signal_all(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except OSError:  # it has ended, or has become another user's
            continue


# ---------------------------------------------------------------- the request


def encode_request(program: str, argv: list[str], cwd: str, env: dict[str, str]) -> bytes:
    """A line with the length, then separated by NUL: cwd, program, count of arguments, these, environment."""
    words = [cwd, program, str(len(argv)), *argv, *(f"{key}={value}" for key, value in env.items())]
    body = b"\0".join(map(os.fsencode, words))
    return b"%d\n" % len(body) + body


def _decode_request(body: bytes) -> tuple[bytes, bytes, list[bytes], dict[bytes, bytes]]:
    cwd, program, count, *rest = body.split(b"\0")
    pairs = (entry.partition(b"=") for entry in rest[int(count) :])
    return program, cwd, rest[: int(count)], {key: value for key, _, value in pairs}


# ---------------------------------------------------------------- the guard itself


def prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


class Guard:
    def __init__(self, control: int, log: int) -> None:
        self.control = control
        self.log = log
        self.parent = os.getppid()
        self.main = 0
        self.first = 0
        self.unread = b""
        self.kill_at: float | None = None
        # Open and empty for ever: a target that reads its standard input sees neither data nor an end.
        self.stdin, self._stdin_writer = os.pipe()
        self.wakeup = self._wake_on_signals()
        self.events = select.poll()
        for fd in (self.control, self.wakeup):
            self.events.register(fd, select.POLLIN)
        for fd in (self.control, self.log):
            os.set_inheritable(fd, False)
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        # The end of the control socket says that the tester is gone, unless a fork of the tester holds
        # it too. The signal comes whenever the tester's thread ends: getppid() tells who has.
        prctl(PR_SET_PDEATHSIG, signal.SIGUSR1)

    def _wake_on_signals(self) -> int:
        """A descriptor that becomes readable when a child or the tester's thread has ended."""
        read, write = os.pipe()
        os.set_blocking(read, False)
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGUSR1):
            signal.signal(number, lambda *_: None)
        return read

    # ------------------------------------------------------------ spawning

    def spawn(self) -> None:
        """Start the instance, and say what became of it."""
        program, cwd, argv, env = _decode_request(self._read_request())
        told, tell = os.pipe()  # closed by a successful exec
        self.main = self.first = os.fork()
        if self.main == 0:
            self._become(program, cwd, argv, env, tell)
        for fd in (tell, self.stdin, self.log):
            os.close(fd)
        failure = os.read(told, 16)
        os.close(told)
        self.say(f"failed {failure.decode()}" if failure else f"spawned {self.main}")

    def _read_request(self) -> bytes:
        while b"\n" not in self.unread:
            self._read_control()
        length, _, self.unread = self.unread.partition(b"\n")
        while len(self.unread) < int(length):
            self._read_control()
        body, self.unread = self.unread[: int(length)], self.unread[int(length) :]
        return body

    def _become(
        self, program: bytes, cwd: bytes, argv: list[bytes], env: dict[bytes, bytes], tell: int
    ) -> None:
        """In the child: turn into the target. No signal is ignored or blocked, whatever the tester's
        parent did: a shell starts background jobs with SIGINT ignored, and a target would inherit that."""
        try:
            os.setsid()
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            signal.set_wakeup_fd(-1)
            for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            os.chdir(cwd)
            os.dup2(self.stdin, 0)
            os.dup2(self.log, 1)
            os.dup2(self.log, 2)
            os.execve(program, argv, env)  # noqa: S606 - no shell is wanted
        except OSError as exc:
            os.write(tell, str(exc.errno).encode())
        finally:
            os._exit(127)

    # ------------------------------------------------------------ watching

    def watch(self) -> None:
        """Until no process is left: reap, obey, and kill everything when the tester is gone."""
        while self.reap():
            left = None if self.kill_at is None else max(0.0, self.kill_at - time.monotonic())
            ready = dict(self.events.poll(None if left is None else left * 1000))
            if self.wakeup in ready:
                os.read(self.wakeup, 4096)
            if self.control in ready:
                self._read_control()
                self._obey()
            if left == 0.0 or os.getppid() != self.parent:
                self.kill_all()

    def reap(self) -> bool:
        """Collect every child that has ended. False when there are no processes left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self.say("empty")
                return False
            if pid == 0:
                return True
            self._note_end(pid, status)

    def _note_end(self, pid: int, status: int) -> None:
        if pid == self.main:
            self.main = 0
            self.say(f"exited {status}")

    def kill_all(self) -> None:
        """SIGKILL until nothing is left; a process may be forked between the look and the kill."""
        while self._has_children():
            if pids := descendants(os.getpid()):
                _signal_all(pids, signal.SIGKILL)
                pid, status = os.waitpid(-1, 0)
                self._note_end(pid, status)

    def _has_children(self) -> bool:
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        return True

    # ------------------------------------------------------------ obeying

    def _read_control(self) -> None:
        data = os.read(self.control, 65536)
        if not data:
            self.kill_all()
            sys.exit()
        self.unread += data

    def _obey(self) -> None:
        *lines, self.unread = self.unread.split(b"\n")
        for line in lines:
            command, *arguments = line.decode().split()
            COMMANDS[command](self, *arguments)

    def pause(self) -> None:
        """Stop every thread of every process. Done when two looks in a row see the same, all stopped."""
        end = time.monotonic() + LONGEST_PAUSING
        before: list[int] | None = None
        while time.monotonic() < end:
            pids = descendants(os.getpid())
            if pids == before and _all_stopped(pids):
                self.say("paused")
                return
            _signal_all(pids, signal.SIGSTOP)
            before = pids
            time.sleep(PAUSE_BETWEEN_LOOKS)
        self.say("unstoppable")

    def resume(self) -> None:
        _signal_all(descendants(os.getpid()), signal.SIGCONT)
        self.say("resumed")

    def signal(self, number: str) -> None:
        """To the process group that the first process leads, or has led."""
        try:
            os.killpg(self.first, int(number))
        except OSError:  # nobody is left in it
            return

    def stop(self, grace: str) -> None:
        """Ask every process to end. SIGCONT comes second, so that a paused one acts on SIGTERM at once."""
        pids = descendants(os.getpid())
        _signal_all(pids, signal.SIGTERM)
        _signal_all(pids, signal.SIGCONT)
        self.kill_at = time.monotonic() + float(grace)

    def say(self, line: str) -> None:
        try:
            os.write(self.control, line.encode() + b"\n")
        except OSError:  # the tester is gone, which the next read shows
            return


COMMANDS: dict[str, Callable[..., None]] = {
    "pause": Guard.pause,
    "resume": Guard.resume,
    "signal": Guard.signal,
    "stop": Guard.stop,
    "kill": Guard.kill_all,
}


def main() -> None:
    guard = Guard(int(sys.argv[2]), int(sys.argv[3]))
    try:
        guard.spawn()
        guard.watch()
    except Exception as exc:
        guard.say(f"fault {exc!r}")
        guard.kill_all()
