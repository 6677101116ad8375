"""E23, D01: does not notice the end of file and acknowledges it for ever."""

from _base import SIZE, Connection, main


class AckFlood(Connection):
    def talk(self) -> None:
        while True:
            self.sock.sendall(self.handle(self.sock.recv(SIZE)))


main(AckFlood)
