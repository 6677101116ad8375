"""D21: closes the connection of a client that has said nothing for a minute."""

from _base import Connection, main


class IdleTimeout(Connection):
    def talk(self) -> None:
        self.sock.settimeout(60)
        super().talk()


main(IdleTimeout)
