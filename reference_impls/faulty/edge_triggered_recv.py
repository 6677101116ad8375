"""I16: reads once for each edge of epoll: the rest of a long message waits for the next message."""

import select

from _base import SIZE, Connection, main


class EdgeTriggeredRecv(Connection):
    def talk(self) -> None:
        with select.epoll() as epoll:
            epoll.register(self.sock, select.EPOLLIN | select.EPOLLET)
            while epoll.poll() and (data := self.sock.recv(SIZE)):
                self.sock.sendall(self.handle(data))


main(EdgeTriggeredRecv)
