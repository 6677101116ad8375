"""E28: sends the bytes of each read backwards."""

from _base import Connection, main


class Backwards(Connection):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data)[::-1]


main(Backwards)
