"""E22: acknowledges in capital letters."""

from _base import Connection, main


class WrongCaseAck(Connection):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).upper()


main(WrongCaseAck)
