"""Forks the guards of one tester (see guard.py), because Python starts many times slower than it forks.

Run by LAUNCH with the arguments FOLDER SOCKET_FD in a session of its own, on Linux. Each message on that
socket of kind SOCK_SEQPACKET is one byte and the descriptors of a guard (SCM_RIGHTS, unix(7)): GUARD or
REMOTE_GUARD. What there is to say goes to the first of them. Or it is PROGRAM, the marshalled words of a
command, a descriptor that the command inherits, its number being the last word, and one for its errors.
It ends with the tester, and then its guards end what they guard.

Only the standard library, and little of it: the first instance cannot start before.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # `signal` loads enum: a third of the start
import _socket
import marshal
import os
import sys

if __package__:
    from . import guard, namespaces, spawn
else:  # in its own process, beside these files
    import guard  # type: ignore[import-not-found,no-redef]
    import namespaces  # type: ignore[import-not-found,no-redef]
    import spawn  # type: ignore[import-not-found,no-redef]

LAUNCH = ("-I", "-S", "-c", "import sys; sys.path.append(sys.argv[1]); import forkserver; forkserver.main()")
"""Arguments for Python. As a script, this file would be compiled at each start."""
GUARD, REMOTE_GUARD, PROGRAM = b"+", b"r", b"p"
LONGEST_MESSAGE = 1 << 17


def main() -> None:
    spawn.ignore_signals()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so nobody needs to wait for a guard
    _end_with(os.getppid())
    channel = _socket.socket(fileno=int(sys.argv[2]))
    while True:
        message, descriptors = _received(channel)
        if not message:
            return
        if message == REMOTE_GUARD:
            import remote  # type: ignore[import-not-found]  # noqa: F401 - for all who are forked from now on
        try:
            child = os.fork()
        except OSError as exc:
            os.write(descriptors[-1 if message[:1] == PROGRAM else 0], f"fault {exc}\n".encode())
        else:
            if child == 0:
                channel.close()
                _be(message, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _end_with(tester: int) -> None:
    """Also where a fork of the tester holds the other end of the socket. The signal comes whenever the
    tester's thread ends: getppid(2) tells who has."""

    def look(*_: object) -> None:
        if os.getppid() != tester:
            os._exit(0)

    signal.signal(signal.SIGUSR1, look)
    spawn.prctl(spawn.PR_SET_PDEATHSIG, signal.SIGUSR1)


def _received(channel: _socket.socket) -> tuple[bytes, list[int]]:
    """What is wanted, and the descriptors for it; nothing when the tester has closed the socket."""
    room = _socket.CMSG_SPACE(4 * namespaces.MOST_DESCRIPTORS)
    message, given, _, _ = channel.recvmsg(LONGEST_MESSAGE, room, namespaces.MSG_CMSG_CLOEXEC)
    return message, namespaces.descriptors_in(given)


def _be(message: bytes, descriptors: list[int]) -> None:
    """In the child."""
    try:
        if message[:1] == PROGRAM:
            _execute(marshal.loads(message[1:]), *descriptors)  # noqa: S302 - from the tester
        os.setsid()
        if message == REMOTE_GUARD:
            import remote

            remote.main(*descriptors)
        else:
            guard.main(*descriptors)
    finally:
        os._exit(0)


def _execute(words: list[str], inherited: int, errors: int) -> None:
    """Without environment, input or output, and until this program's parent ends. Does not return."""
    spawn.leave_guard()
    null = os.open("/dev/null", os.O_RDWR)
    for number, descriptor in enumerate((null, null, errors)):
        os.dup2(descriptor, number)
    os.set_inheritable(inherited, True)
    try:
        os.execve(words[0], [*words, str(inherited)], {})  # noqa: S606 - no shell is wanted
    except OSError as exc:
        os.write(errors, f"{words[0]}: {exc.strerror}\n".encode())
    os._exit(127)
