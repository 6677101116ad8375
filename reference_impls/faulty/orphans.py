"""D17: its children outlive it and hold its port."""

import os
import signal
import socket

from _base import Connect, clients, main


def fork_each(listener: socket.socket, connect: Connect) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for connection in clients(listener, connect):
        if os.fork() == 0:
            connection.run()
            os._exit(0)
        connection.sock.close()


main(accept=fork_each)
