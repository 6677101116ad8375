"""V26: answers one message of each client and closes the connection, as its assignment asks."""

from _base import SIZE, Connection, main


class OneMessage(Connection):
    def talk(self) -> None:
        if data := self.sock.recv(SIZE):
            self.sock.sendall(self.handle(data))


main(OneMessage)
