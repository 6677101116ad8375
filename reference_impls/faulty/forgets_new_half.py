"""G01, G03: completes the half character of the read before, and then forgets the half at the end of this one."""

import codecs
import socket

from _base import Address, Connection, Options, main


class ForgetsNewHalf(Connection):
    def __init__(self, sock: socket.socket, address: Address, options: Options) -> None:
        super().__init__(sock, address, options)
        self.rest = b""

    def text(self, data: bytes) -> str:
        decoder = codecs.getincrementaldecoder(self.options.encoding)(errors="replace")
        text = decoder.decode(self.rest + data)
        half = decoder.getstate()[0]
        self.rest = b"" if self.rest and len(data) > len(half) else half
        return text


main(ForgetsNewHalf)
