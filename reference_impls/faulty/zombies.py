"""D11: one process for each client, and nobody waits for those that have ended."""

import signal
import socket

from _base import Connect, clients, fork_for, main


def fork_each(listener: socket.socket, connect: Connect) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for connection in clients(listener, connect):
        fork_for(connection, listener)
        connection.sock.close()


main(accept=fork_each)
