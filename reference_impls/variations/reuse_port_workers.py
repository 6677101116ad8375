"""D23: three processes, each with its own listening socket on the same port by SO_REUSEPORT."""

import os
import socket

from _base import Connect, end_with_parent, main, thread_each


def shared() -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return listener


def three_processes(listener: socket.socket, connect: Connect) -> None:
    for _ in range(2):
        if os.fork() == 0:
            end_with_parent()
            with listener, shared() as own:
                own.bind(listener.getsockname())
                own.listen(128)
                listener.close()
                thread_each(own, connect)
    thread_each(listener, connect)


main(accept=three_processes, new_listener=shared)
