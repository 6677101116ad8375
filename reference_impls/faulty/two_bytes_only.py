"""G08: decodes as GBK what is GB 18030: characters of four bytes are lost."""

import codecs
import socket

from _base import Address, Connection, Options, main


class TwoBytesOnly(Connection):
    def __init__(self, sock: socket.socket, address: Address, options: Options) -> None:
        super().__init__(sock, address, options)
        self.decoder = codecs.getincrementaldecoder("gbk")(errors="replace")


main(TwoBytesOnly)
