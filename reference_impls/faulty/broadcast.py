"""I12: sends each answer to all clients."""

import contextlib
import socket

from _base import SIZE, Connection, main

clients: set[socket.socket] = set()


class Broadcast(Connection):
    def run(self) -> None:
        clients.add(self.sock)
        super().run()
        clients.remove(self.sock)

    def talk(self) -> None:
        while data := self.sock.recv(SIZE):
            answer = self.handle(data)
            for client in list(clients):
                with contextlib.suppress(OSError):
                    client.sendall(answer)


main(Broadcast)
