"""V04: keeps its side open after the client has ended its own, until TCP finds the client gone."""

import select
import socket

from _base import Connection, main


class FullDuplex(Connection):
    def talk(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        super().talk()
        gone = select.poll()
        gone.register(self.sock, 0)  # POLLERR and POLLHUP are told without being asked for
        gone.poll()


main(FullDuplex)
