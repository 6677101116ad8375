"""V11, D18: ends on Ctrl-C with Python's own traceback."""

import signal
import socket

from _base import Connect, main, thread_each


def interruptible(listener: socket.socket, connect: Connect) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    thread_each(listener, connect)


main(accept=interruptible)
