"""D11: waits for one child at each SIGCHLD, which may stand for several that have ended."""

import os
import signal
import socket

from _base import Connect, clients, fork_for, main


def fork_each(listener: socket.socket, connect: Connect) -> None:
    signal.signal(signal.SIGCHLD, lambda *_: os.waitpid(-1, os.WNOHANG))
    for connection in clients(listener, connect):
        fork_for(connection, listener)
        connection.sock.close()


main(accept=fork_each)
