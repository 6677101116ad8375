"""E21: sends text instead of bytes: each message ends in a TypeError."""

from _base import SIZE, Connection, main


class SendsStr(Connection):
    def talk(self) -> None:
        while data := self.sock.recv(SIZE):
            self.handle(data)
            self.sock.sendall("ok!")  # type: ignore[arg-type]


main(SendsStr)
