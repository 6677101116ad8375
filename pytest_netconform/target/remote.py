"""The guard of an instance in a box by bwrap, where PID 1 starts it: boxinit.py has the other side.

As guard.py, with three differences: the processes of its instance are not below it; PID 1 collects them, and
says who has ended; and there may be two instances in one box. Where it dies, PID 1 ends the box.

Only the standard library, and little of it: an instance cannot start before its guard.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # `signal` loads enum: a third of the start
import _socket
import os
import select
import struct

if __package__:
    from . import guard, namespaces
    from .processes import descendants, signal_all
    from .spawn import MOST_TASKS, Request
else:  # in the guard process, beside this file
    import guard  # type: ignore[import-not-found,no-redef]
    import namespaces  # type: ignore[import-not-found,no-redef]
    from processes import descendants, signal_all  # type: ignore[import-not-found,no-redef]
    from spawn import MOST_TASKS, Request  # type: ignore[import-not-found,no-redef]

CREDENTIALS = struct.Struct("3i")
"""PID, user and group of who sends, as the kernel tells them to who receives (SCM_CREDENTIALS, unix(7)): as
they are called in the namespaces of the receiver."""
KILL_EVERY = 0.01
RLIMIT_NPROC = 6
TASKS_ARE_COUNTED_APART = (5, 14)
"""From then on RLIMIT_NPROC counts those of one user namespace; before, all of the user's."""


class RemoteGuard(guard.Guard):
    """`root` is the process below which the instance's are: PID 1 of the box, or a keeper there."""

    root = 0
    is_empty = False
    heard = b""

    def spawn(self, *box: int) -> None:
        """With the channel of the box, on which it asks PID 1 to start the instance."""
        (channel,) = box
        request = self._read_request()
        self._brake(request)
        self.line, its_end = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
        self.line.setsockopt(_socket.SOL_SOCKET, _socket.SO_PASSCRED, 1)
        told, tell = os.pipe()
        door = _socket.socket(fileno=channel)
        namespaces.send_descriptors(door, b"start", [its_end.fileno(), self.stdin, self.log, tell])
        for end in (door, its_end):
            end.close()
        for fd in (tell, self.stdin, self.log):
            os.close(fd)
        self.line.sendall(request.encode())
        self.root, self.first = self._sender(), self._sender()
        self.listen(self.line.fileno(), self._hear)
        failure = os.read(told, 4096).decode()
        os.close(told)
        self.say(failure or f"spawned {self.first} {self.root}")

    def _brake(self, request: Request) -> None:
        if namespaces.kernel() >= TASKS_ARE_COUNTED_APART:
            request.rlimits[RLIMIT_NPROC] = MOST_TASKS * int(request.limits["processes"])

    def _sender(self) -> int:
        """Who has sent the next line, by its PID outside of the box."""
        _, messages, _, _ = self.line.recvmsg(64, _socket.CMSG_SPACE(CREDENTIALS.size))
        pids = [CREDENTIALS.unpack(data)[0] for _, kind, data in messages if kind == _socket.SCM_CREDENTIALS]
        if not pids or not pids[0]:
            raise ConnectionError("the box is gone")
        return int(pids[0])

    def _hear(self) -> None:
        """What PID 1 says of the instance; when it says no more, nothing is left."""
        try:
            data = self.line.recv(4096)
        except ConnectionError:
            data = b""
        *lines, self.heard = (self.heard + data).split(b"\n")
        for line in lines:
            if line == b"empty":
                self.is_empty = True
            else:
                self.say(line.decode())
        self.is_empty = self.is_empty or not data
        if self.is_empty:
            self.events.unregister(self.line.fileno())

    # ------------------------------------------------------------ instead of its own children

    def reap(self) -> bool:
        if not self.is_empty:
            return True
        self.say("empty")
        return False

    def kill_all(self) -> None:
        """PID 1 kills everything at once, where there is no other instance; whatever is forked meanwhile is
        met again."""
        if not self.root:
            return
        waiting = select.poll()
        waiting.register(self.line.fileno(), select.POLLIN)
        self._tell(b"kill\n")
        while not self.is_empty:
            signal_all(self.members(), signal.SIGKILL)
            if waiting.poll(KILL_EVERY * 1000):
                self._hear()

    def _tell(self, line: bytes) -> None:
        try:
            self.line.sendall(line)
        except OSError:  # the box has ended, which the next look shows
            return

    def members(self) -> list[int]:
        return descendants(self.root) if self.root else []


def main(control: int, log: int, *box: int) -> None:
    """As guard.main."""
    guard.run(RemoteGuard(control, log), *box)
