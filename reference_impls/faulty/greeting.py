"""E12: greets each client, which the protocol does not say."""

from _base import Connection, main


class Greeting(Connection):
    def talk(self) -> None:
        self.sock.sendall(b"Welcome!\r\n")
        super().talk()


main(Greeting)
