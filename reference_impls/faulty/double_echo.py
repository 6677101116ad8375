"""E14: answers everything twice."""

from _base import Connection, main


class DoubleEcho(Connection):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data) * 2


main(DoubleEcho)
