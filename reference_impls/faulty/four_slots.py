"""I09, I24: keeps sockets in four slots: with more clients an answer goes to the one that came later."""

import itertools
import socket

from _base import SIZE, Address, Connection, Options, main

slots: dict[int, socket.socket] = {}
numbers = itertools.count()


class FourSlots(Connection):
    def __init__(self, sock: socket.socket, address: Address, options: Options) -> None:
        super().__init__(sock, address, options)
        self.slot = next(numbers) % 4
        slots[self.slot] = sock

    def talk(self) -> None:
        while data := self.sock.recv(SIZE):
            slots[self.slot].sendall(self.handle(data))


main(FourSlots)
