"""I16: accepts once for each edge of epoll: of several clients that come at once, only one is served."""

import select
import socket
import threading

from _base import Connect, main


def accept_once_per_edge(listener: socket.socket, connect: Connect) -> None:
    epoll = select.epoll()
    epoll.register(listener, select.EPOLLIN | select.EPOLLET)
    while epoll.poll():
        threading.Thread(target=connect(*listener.accept()).run, daemon=True).start()


main(accept=accept_once_per_edge)
