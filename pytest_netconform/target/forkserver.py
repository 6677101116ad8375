"""Forks the guards of one tester (see guard.py), because Python starts many times slower than it forks.

Run by LAUNCH with the arguments FOLDER SOCKET_FD in a session of its own, on Linux. Each message on that
socket of kind SOCK_SEQPACKET is one byte and the descriptors of a guard (SCM_RIGHTS, unix(7)); what there is
to say goes to the first of them. It ends with the tester, and then its guards end what they guard.

Only the standard library, and little of it: the first instance cannot start before.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # `signal` loads enum: a third of the start
import _socket
import os
import sys

if __package__:
    from . import guard
else:  # in its own process, beside these files
    import guard  # type: ignore[import-not-found,no-redef]
    import namespaces  # type: ignore[import-not-found]  # noqa: F401 - for the guards

LAUNCH = ("-I", "-S", "-c", "import sys; sys.path.append(sys.argv[1]); import forkserver; forkserver.main()")
"""Arguments for Python. As a script, this file would be compiled at each start."""
MOST_DESCRIPTORS = 8
MSG_CMSG_CLOEXEC = 0x40000000


def main() -> None:
    guard.ignore_signals()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so nobody needs to wait for a guard
    _end_with(os.getppid())
    channel = _socket.socket(fileno=int(sys.argv[2]))
    while descriptors := _received(channel):
        try:
            child = os.fork()
        except OSError as exc:
            os.write(descriptors[0], f"fault {exc}\n".encode())
        else:
            if child == 0:
                channel.close()
                _be_guard(descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _end_with(tester: int) -> None:
    """Also where a fork of the tester holds the other end of the socket. The signal comes whenever the
    tester's thread ends: getppid(2) tells who has."""

    def look(*_: object) -> None:
        if os.getppid() != tester:
            os._exit(0)

    signal.signal(signal.SIGUSR1, look)
    guard.prctl(guard.PR_SET_PDEATHSIG, signal.SIGUSR1)


def _received(channel: _socket.socket) -> list[int]:
    """The descriptors of the next guard; none when the tester has closed the socket."""
    room = _socket.CMSG_SPACE(4 * MOST_DESCRIPTORS)
    _, messages, _, _ = channel.recvmsg(1, room, MSG_CMSG_CLOEXEC)
    numbers = b"".join(data[: len(data) // 4 * 4] for _, _, data in messages)
    return [int.from_bytes(numbers[at : at + 4], sys.byteorder) for at in range(0, len(numbers), 4)]


def _be_guard(descriptors: list[int]) -> None:
    """In the child."""
    try:
        os.setsid()
        guard.main(*descriptors)
    finally:
        os._exit(0)
