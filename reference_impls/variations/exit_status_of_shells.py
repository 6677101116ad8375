"""V11: ends on Ctrl-C with the exit status 130 and on SIGTERM with 143, as shells count."""

import os
import signal
import socket

from _base import Connect, main, thread_each


def as_in_a_shell(listener: socket.socket, connect: Connect) -> None:
    signal.signal(signal.SIGINT, lambda number, _: os._exit(128 + number))
    signal.signal(signal.SIGTERM, lambda number, _: os._exit(128 + number))
    thread_each(listener, connect)


main(accept=as_in_a_shell)
