"""E09: answers in capital letters."""

from _base import Connection, main


class UpperCased(Connection):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).upper()


main(UpperCased)
