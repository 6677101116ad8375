"""I09: keeps the socket in a global variable: the answer goes to the client that came last."""

import socket

from _base import SIZE, Address, Connection, Options, main


class GlobalSocket(Connection):
    client: socket.socket

    def __init__(self, sock: socket.socket, address: Address, options: Options) -> None:
        super().__init__(sock, address, options)
        GlobalSocket.client = sock

    def talk(self) -> None:
        while data := GlobalSocket.client.recv(SIZE):
            GlobalSocket.client.sendall(self.handle(data))


main(GlobalSocket)
