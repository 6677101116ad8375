"""G07: decodes as GB2312, which lacks most characters of GBK, and an error ends the connection."""

import codecs
import socket

from _base import Address, Connection, Options, main


class Gb2312Decoder(Connection):
    def __init__(self, sock: socket.socket, address: Address, options: Options) -> None:
        super().__init__(sock, address, options)
        self.decoder = codecs.getincrementaldecoder("gb2312")()


main(Gb2312Decoder)
