"""E24: prints what it receives and never answers."""

from _base import Connection, main


class NeverAnswers(Connection):
    def answer(self, data: bytes) -> bytes:
        return b""


main(NeverAnswers)
