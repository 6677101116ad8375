"""D16: ignores SIGTERM."""

import signal
import socket

from _base import Connect, main, thread_each


def deaf(listener: socket.socket, connect: Connect) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    thread_each(listener, connect)


main(accept=deaf)
