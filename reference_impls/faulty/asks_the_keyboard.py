"""E17: lets somebody type each answer, and nobody is there."""

from _base import Connection, main


class AsksTheKeyboard(Connection):
    def answer(self, data: bytes) -> bytes:
        return input().encode(self.options.encoding)


main(AsksTheKeyboard)
