"""V26, E24: prints what it receives and answers nothing, as its assignment asks."""

from _base import Connection, main


class PrintsOnly(Connection):
    def answer(self, data: bytes) -> bytes:
        return b""


main(PrintsOnly)
