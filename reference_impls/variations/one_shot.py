"""V26: serves one client, then ends, as its assignment asks."""

import socket

from _base import Connect, clients, main


def only_one(listener: socket.socket, connect: Connect) -> None:
    next(clients(listener, connect)).run()


main(accept=only_one)
