"""E26: the word exit ends the whole server, not only this client's connection."""

import os

from _base import Connection, main


class ExitWord(Connection):
    def handle(self, data: bytes) -> bytes:
        if data.strip() == b"exit":
            os._exit(0)
        return super().handle(data)


main(ExitWord)
