"""V07: has a small send buffer, so that it soon stops reading from a client that does not read."""

import socket

from _base import Connection, main


class SmallBuffers(Connection):
    def talk(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32 * 1024)
        super().talk()


main(SmallBuffers)
