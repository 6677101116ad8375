"""The guard: a small process between the tester and one instance, which nothing of the instance outlives.

Forked by forkserver.py in a session of its own, on Linux, with the descriptors of a control socket and of the
instance's output. It is a child subreaper (prctl(2)): every orphan of the instance becomes its child, so its
descendants are exactly the instance's processes, however these fork. When the tester is gone, it kills them
all.

With a further descriptor, a channel, it makes a box: it goes into new namespaces (see namespaces.py), or into
those of two more descriptors, of a user and a network namespace, and hands out sockets of that network over
the channel, a netlink socket first. Then its only child is PID 1 of the box, to which the orphans fall.

It reads from the control socket one request, as `Request.encode` makes it, then the commands
`pause`, `resume`, `signal NUMBER`, `stop SECONDS`, `kill`, one per line. It writes the lines

    guard PID                       first of all; its own
    spawned PID PID_1               what became of the request; PID_1 is 0 without a box
    failed ERRNO | refused TEXT     execve(2) has failed; the kernel refuses a box
    paused | unstoppable | resumed  the answer to that command
    exited WAIT_STATUS              the first process has ended
    limited NAME                    the instance has used more than that limit, and is killed
    empty                           no process is left; the guard ends, in a box when it is told to
    fault TEXT                      the guard itself has failed, and ends

Only the standard library, and little of it: an instance cannot start before its guard.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # `signal` loads enum: a third of the start
import os
import select
import sys
import time

if __package__:
    from .processes import all_stopped, descendants, signal_all, usage
    from .spawn import (
        MOST_TASKS,
        PR_SET_CHILD_SUBREAPER,
        PR_SET_PDEATHSIG,
        Request,
        become,
        ignore_signals,
        leave_guard,
        prctl,
        read_request,
        wake_on,
    )
else:  # in the guard process, beside this file
    from processes import (  # type: ignore[import-not-found,no-redef]
        all_stopped,
        descendants,
        signal_all,
        usage,
    )
    from spawn import (  # type: ignore[import-not-found,no-redef]
        MOST_TASKS,
        PR_SET_CHILD_SUBREAPER,
        PR_SET_PDEATHSIG,
        Request,
        become,
        ignore_signals,
        leave_guard,
        prctl,
        read_request,
        wake_on,
    )

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .namespaces import Channel

PAUSE_BETWEEN_LOOKS = 0.0005
LONGEST_PAUSING = 5.0
LOOK_EVERY = 0.2
LOOKS_COST = 200
"""For each second of looking at what is used so many seconds without a look: one in two hundred."""
LONGEST_LOOKING_AWAY = 0.5


class Guard:
    def __init__(self, control: int, log: int) -> None:
        self.control = control
        self.log = log
        self.parent = os.getppid()
        self.main = 0
        self.first = 0
        self.init = 0
        self.limits: dict[str, float] = {}
        self.look_at = 0.0
        self.channel: Channel | None = None
        self.unread = b""
        self.kill_at: float | None = None
        # Open and empty for ever: a target that reads its standard input sees neither data nor an end.
        self.stdin, self._stdin_writer = os.pipe()
        ignore_signals()
        wakeup = wake_on(signal.SIGCHLD, signal.SIGUSR1)  # a child or the fork server has ended
        self.events = select.poll()
        self.handlers: dict[int, Callable[[], object]] = {}
        self.listen(wakeup, lambda: os.read(wakeup, 4096))
        self.listen(control, self._obey)
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        # The end of the control socket says that the tester is gone, unless a fork of the tester holds
        # it too. Then its fork server ends, the parent of this process.
        prctl(PR_SET_PDEATHSIG, signal.SIGUSR1)

    def listen(self, descriptor: int, handler: Callable[[], object]) -> None:
        """Call it whenever that can be read."""
        self.events.register(descriptor, select.POLLIN)
        self.handlers[descriptor] = handler

    def handle(self, seconds: float | None = None) -> None:
        """What is there to be read, or is within this time."""
        for descriptor, _ in self.events.poll(None if seconds is None else seconds * 1000):
            self.handlers[descriptor]()

    # ------------------------------------------------------------ spawning

    def enter_box(self, channel: int, *joined: int) -> None:
        import namespaces  # type: ignore[import-not-found]  # it lies beside this file

        try:
            namespaces.enter(joined)
        except OSError as exc:
            self.say(f"refused {exc}")
            sys.exit()
        self.channel = namespaces.Channel(channel)
        self.listen(channel, self._serve)

    def _serve(self) -> None:
        if self.channel and not self.channel.serve():
            self.events.unregister(self.channel.fileno())
            self.channel = None

    def spawn(self, *box: int) -> None:
        """Start the instance, in a box if there are descriptors for one, and say what became of it."""
        if box:
            self.enter_box(*box)
        request = self._read_request()
        told, tell = os.pipe()  # closed by a successful exec
        child = os.fork()
        if child == 0:
            if self.channel:
                self._be_init(request, tell)
            become(request, self.stdin, self.log, tell)
        for fd in (tell, self.stdin, self.log):
            os.close(fd)
        self.main, self.init = (0, child) if self.channel else (child, 0)
        self.first = self._hear_outcome(told) or child
        os.close(told)

    def _hear_outcome(self, told: int) -> int:
        """What is written before the exec: in a box the instance's PID as the tester sees it, which is
        returned; and what has failed."""
        words = b""
        while data := os.read(told, 4096):
            words += data
        pid, _, failure = words.decode().partition("\n") if self.init else ("", "", words.decode())
        self.say(failure or f"spawned {pid or self.main} {self.init}")
        return int(pid or 0)

    def _read_request(self) -> Request:
        request, self.unread = read_request(self.unread, lambda: os.read(self.control, 65536))
        self.limits = request.limits
        return request

    def _be_init(self, request: Request, tell: int) -> None:
        """In the child: PID 1 of a box. It collects who has ended, and ends with the last of them."""
        import namespaces

        try:
            leave_guard()
            outside = os.open("/proc", os.O_RDONLY)
            namespaces.furnish(request.view, request.room, MOST_TASKS * int(request.limits["processes"]))
            main = os.fork()
            if main == 0:
                os.write(tell, os.readlink("self", dir_fd=outside).encode() + b"\n")
                namespaces.give_up_rights()
                become(request, self.stdin, self.log, tell)
            for fd in (tell, self.stdin, self.log, outside):
                os.close(fd)
            self._reap_orphans(main)
        except OSError as exc:
            os.write(tell, f"\nrefused {exc}".encode())
        finally:
            os._exit(0)

    def _reap_orphans(self, main: int) -> None:
        while True:
            try:
                pid, status = os.wait()
            except ChildProcessError:
                return
            if pid == main:
                self.say(f"exited {status}")

    # ------------------------------------------------------------ watching

    def watch(self) -> None:
        """Until no process is left: reap, obey, and kill everything when the tester is gone."""
        while self.reap():
            self._look_at_usage()
            until = min(self.look_at, self.kill_at or self.look_at)
            self.handle(max(0.0, until - time.monotonic()))
            is_over = self.kill_at is not None and self.kill_at <= time.monotonic()
            if is_over or os.getppid() != self.parent:
                self.kill_all()

    def linger(self) -> None:
        """In a box, until the tester is done with it: clients knock in vain at a server that has ended, and
        need sockets for that."""
        while self.channel:
            self.handle()

    def _look_at_usage(self) -> None:
        """Now and then, the less often the longer a look takes. Over a limit, everything is killed."""
        began = time.monotonic()
        if began < self.look_at:
            return
        used = usage(self.members(), self.limits)
        for name, most in self.limits.items():
            if used[name] > most:
                self.say(f"limited {name}")
                self.kill_all()
                break
        now = time.monotonic()
        self.look_at = now + min(max(LOOK_EVERY, LOOKS_COST * (now - began)), LONGEST_LOOKING_AWAY)

    def reap(self) -> bool:
        """Collect every child that has ended. False when there are no processes left."""
        if self._collect(os.WNOHANG):
            return True
        self.say("empty")
        return False

    def _collect(self, first: int) -> bool:
        """Every child that has ended; with `first` 0 wait for one. False when there are none left."""
        options = first
        while True:
            try:
                pid, status = os.waitpid(-1, options)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            self._note_end(pid, status)
            options = os.WNOHANG

    def _note_end(self, pid: int, status: int) -> None:
        if pid == self.main:
            self.main = 0
            self.say(f"exited {status}")

    def kill_all(self) -> None:
        """SIGKILL until nothing is left; a process may be forked between the look and the kill."""
        while self._collect(os.WNOHANG):
            if pids := descendants(os.getpid()):
                signal_all(pids, signal.SIGKILL)
                self._collect(0)

    def members(self) -> list[int]:
        """Every process of the instance: PID 1 of its box is none."""
        return [pid for pid in descendants(os.getpid()) if pid != self.init]

    # ------------------------------------------------------------ obeying

    def _obey(self) -> None:
        data = os.read(self.control, 65536)
        if not data:
            self.kill_all()
            sys.exit()
        *lines, self.unread = (self.unread + data).split(b"\n")
        for line in lines:
            command, *arguments = line.decode().split()
            getattr(self, COMMANDS[command])(*arguments)

    def pause(self) -> None:
        """Stop every thread of every process. Done when two looks in a row see the same, all stopped."""
        end = time.monotonic() + LONGEST_PAUSING
        before: list[int] | None = None
        while time.monotonic() < end:
            pids = self.members()
            if pids == before and all_stopped(pids):
                self.say("paused")
                return
            signal_all(pids, signal.SIGSTOP)
            before = pids
            time.sleep(PAUSE_BETWEEN_LOOKS)
        self.say("unstoppable")

    def resume(self) -> None:
        signal_all(self.members(), signal.SIGCONT)
        self.say("resumed")

    def signal(self, number: str) -> None:
        """To the process group that the first process leads, or has led."""
        try:
            os.killpg(self.first, int(number))
        except OSError:  # nobody is left in it
            return

    def stop(self, grace: str) -> None:
        """Ask every process to end. SIGCONT comes second, so that a paused one acts on SIGTERM at once."""
        pids = self.members()
        signal_all(pids, signal.SIGTERM)
        signal_all(pids, signal.SIGCONT)
        self.kill_at = time.monotonic() + float(grace)

    def say(self, line: str) -> None:
        try:
            os.write(self.control, line.encode() + b"\n")
        except OSError:  # the tester is gone, which the next read shows
            return


COMMANDS = {"pause": "pause", "resume": "resume", "signal": "signal", "stop": "stop", "kill": "kill_all"}
"""Each with the method that obeys it."""


def main(control: int, log: int, *box: int) -> None:
    """With these descriptors, which no program that it executes inherits."""
    run(Guard(control, log), *box)


def run(guard: Guard, *box: int) -> None:
    try:
        guard.say(f"guard {os.getpid()}")
        guard.spawn(*box)
        guard.watch()
        guard.linger()
    except EOFError:  # the tester is gone
        return
    except Exception as exc:
        guard.say(f"fault {exc!r}")
        guard.kill_all()
