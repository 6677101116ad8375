"""D19: one process for each client, which stays when its client has gone."""

import signal
import socket
import threading

from _base import Connect, Connection, clients, fork_for, main


class Stays(Connection):
    def run(self) -> None:
        super().run()
        self.sock.close()
        threading.Event().wait()


def fork_each(listener: socket.socket, connect: Connect) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for connection in clients(listener, connect):
        fork_for(connection, listener)
        connection.sock.close()


main(Stays, fork_each)
