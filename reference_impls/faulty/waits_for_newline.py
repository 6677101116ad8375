"""E16: waits for a newline that the protocol does not have."""

from _base import Connection, main


class WaitsForNewline(Connection):
    def talk(self) -> None:
        with self.sock.makefile("rb") as lines:
            for line in lines:
                self.sock.sendall(self.handle(line))


main(WaitsForNewline)
