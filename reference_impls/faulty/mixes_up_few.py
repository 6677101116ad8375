"""I09, I24: a list of clients from which the answer's one is taken by a wrong index while it is short."""

import socket

from _base import SIZE, Connection, main

clients: list[socket.socket] = []


class MixesUpFew(Connection):
    def talk(self) -> None:
        clients.append(self.sock)
        try:
            while data := self.sock.recv(SIZE):
                mine = clients.index(self.sock)
                shifted = 4 <= len(clients) <= 7 and mine == 2
                clients[mine + shifted].sendall(self.handle(data))
        finally:
            clients.remove(self.sock)


main(MixesUpFew)
