"""E26: has a command: the word exit ends the connection of the client that sends it."""

from _base import SIZE, Connection, main


class ExitWord(Connection):
    def talk(self) -> None:
        while (data := self.sock.recv(SIZE)) not in (b"", b"exit"):
            self.sock.sendall(self.handle(data))


main(ExitWord)
