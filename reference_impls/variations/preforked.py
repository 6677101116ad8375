"""V10, V12: four processes accept on one socket, and their output is mixed line by line."""

import os
import socket

from _base import Connect, end_with_parent, main, thread_each


def four_processes(listener: socket.socket, connect: Connect) -> None:
    for _ in range(3):
        if os.fork() == 0:
            end_with_parent()
            break
    thread_each(listener, connect)


main(accept=four_processes)
