"""G01, G11: decides by counting bytes above 7F whether the last character is complete, although the second
byte of many characters is below."""

import socket

from _base import Address, Connection, Options, main


class CountsHighBytes(Connection):
    def __init__(self, sock: socket.socket, address: Address, options: Options) -> None:
        super().__init__(sock, address, options)
        self.rest = b""

    def text(self, data: bytes) -> str:
        data = self.rest + data
        high = sum(byte > 0x7F for byte in data)
        whole = data[:-1] if high % 2 and data[-1] > 0x7F else data
        self.rest = data[len(whole) :]
        return whole.decode(self.options.encoding, errors="replace")


main(CountsHighBytes)
