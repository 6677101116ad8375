"""V11: ends on Ctrl-C and SIGTERM with the exit status 0."""

import os
import signal
import socket

from _base import Connect, main, thread_each


def successful(listener: socket.socket, connect: Connect) -> None:
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    thread_each(listener, connect)


main(accept=successful)
