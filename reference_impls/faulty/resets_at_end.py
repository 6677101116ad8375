"""E08: resets the connection instead of closing it."""

import socket
import struct

from _base import Connection, main


class ResetsAtEnd(Connection):
    def talk(self) -> None:
        super().talk()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


main(ResetsAtEnd)
