"""G16, I11: keeps decoders by descriptor number: a client finds the half character of the one before."""

import codecs
import socket

from _base import Address, Connection, Options, main, one_loop

decoders: dict[int, codecs.IncrementalDecoder] = {}


class StateByFd(Connection):
    def __init__(self, sock: socket.socket, address: Address, options: Options) -> None:
        super().__init__(sock, address, options)
        self.decoder = decoders.setdefault(sock.fileno(), self.decoder)


main(StateByFd, one_loop)
