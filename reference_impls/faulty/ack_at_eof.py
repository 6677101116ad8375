"""E23: acknowledges the end of file too."""

from _base import Connection, main


class AckAtEof(Connection):
    def talk(self) -> None:
        super().talk()
        self.sock.sendall(self.answer(b""))


main(AckAtEof)
