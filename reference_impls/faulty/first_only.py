"""E03: answers only the first message of each client, but keeps the connection."""

from _base import Connection, main


class FirstOnly(Connection):
    answered = False

    def answer(self, data: bytes) -> bytes:
        if self.answered:
            return b""
        self.answered = True
        return super().answer(data)


main(FirstOnly)
