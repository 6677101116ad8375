"""I24: finds clients by their IP address alone: the answer goes to the one that came last."""

import socket

from _base import SIZE, Address, Connection, Options, main

clients: dict[str, socket.socket] = {}


class KeyedByIp(Connection):
    def __init__(self, sock: socket.socket, address: Address, options: Options) -> None:
        super().__init__(sock, address, options)
        clients[address[0]] = sock

    def talk(self) -> None:
        while data := self.sock.recv(SIZE):
            clients[self.address[0]].sendall(self.handle(data))


main(KeyedByIp)
