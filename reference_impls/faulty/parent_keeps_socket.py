"""D04, I25: one process for each client, and the parent keeps its copy of each socket."""

import signal
import socket

from _base import Connect, clients, fork_for, main


def fork_each(listener: socket.socket, connect: Connect) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    kept = []
    for connection in clients(listener, connect):
        fork_for(connection, listener)
        kept.append(connection)


main(accept=fork_each)
