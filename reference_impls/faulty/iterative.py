"""I01: serves one client after the other: the next one waits until the first has gone."""

import socket

from _base import Connect, clients, main


def one_after_the_other(listener: socket.socket, connect: Connect) -> None:
    for connection in clients(listener, connect):
        connection.run()


main(accept=one_after_the_other)
