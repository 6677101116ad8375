"""E02: answers one message of each client, then closes the connection."""

from _base import Connection, main


class OneMessage(Connection):
    def talk(self) -> None:
        if data := self.sock.recv(65536):
            self.sock.sendall(self.handle(data))


main(OneMessage)
