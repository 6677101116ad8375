"""E15: answers only when the client has ended its side."""

from _base import SIZE, Connection, main


class WaitsForEof(Connection):
    def talk(self) -> None:
        received = b""
        while data := self.sock.recv(SIZE):
            received += data
        if received:
            self.sock.sendall(self.handle(received))


main(WaitsForEof)
