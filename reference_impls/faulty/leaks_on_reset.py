"""D25: does not close the socket of a client that has reset its connection."""

import socket

from _base import Connection, main

clients: set[socket.socket] = set()


class LeaksOnReset(Connection):
    def run(self) -> None:
        clients.add(self.sock)
        try:
            self.talk()
        except OSError:
            return
        clients.remove(self.sock)
        self.sock.close()


main(LeaksOnReset)
