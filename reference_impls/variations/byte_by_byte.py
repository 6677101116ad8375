"""V01: answers a short message byte by byte and a long one in small pieces, each at once."""

import socket

from _base import Connection, main

SHORT = 64


class ByteByByte(Connection):
    def talk(self) -> None:
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().talk()

    def answer(self, data: bytes) -> bytes:
        reply = super().answer(data)
        size = 1 if len(reply) <= SHORT else SHORT
        for start in range(0, len(reply), size):
            self.sock.sendall(reply[start : start + size])
        return b""


main(ByteByByte)
