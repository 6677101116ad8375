"""V10, D11: serves each client in a grandchild that is nobody's child, so that nobody need wait for it."""

import os
import socket

from _base import Connect, clients, fork_for, main


def grandchild_each(listener: socket.socket, connect: Connect) -> None:
    for connection in clients(listener, connect):
        child = os.fork()
        if child == 0:
            fork_for(connection, listener)
            os._exit(0)
        connection.sock.close()
        os.waitpid(child, 0)


main(accept=grandchild_each)
