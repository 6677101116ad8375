"""I10: prints the address of the client that came last."""

import socket

from _base import Address, Connection, Options, main


class WrongClientInLog(Connection):
    last: Address

    def __init__(self, sock: socket.socket, address: Address, options: Options) -> None:
        super().__init__(sock, address, options)
        WrongClientInLog.last = address

    def show(self, text: str) -> None:
        self.address = WrongClientInLog.last
        super().show(text)


main(WrongClientInLog)
