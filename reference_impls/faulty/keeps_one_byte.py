"""G20: keeps at most one byte for the next read, which is too few for characters of three or four bytes."""

import codecs
import socket

from _base import Address, Connection, Options, main


class KeepsOneByte(Connection):
    def __init__(self, sock: socket.socket, address: Address, options: Options) -> None:
        super().__init__(sock, address, options)
        self.rest = b""

    def text(self, data: bytes) -> str:
        data = self.rest + data
        decoder = codecs.getincrementaldecoder(self.options.encoding)(errors="replace")
        text = decoder.decode(data)
        self.rest = decoder.getstate()[0][:1]
        return text


main(KeepsOneByte)
