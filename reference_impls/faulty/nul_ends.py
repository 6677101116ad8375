"""E10: ends the answer at the first NUL byte."""

from _base import Connection, main


class NulEnds(Connection):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).split(b"\0")[0]


main(NulEnds)
