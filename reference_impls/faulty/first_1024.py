"""E07: uses only the first 1024 bytes of what a read returns."""

from _base import Connection, main


class First1024(Connection):
    def talk(self) -> None:
        while data := self.sock.recv(65536):
            self.sock.sendall(self.handle(data[:1024]))


main(First1024)
