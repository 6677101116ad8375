"""E11: sends its whole buffer of 1024 bytes, whatever it received."""

from _base import Connection, main


class WholeBuffer(Connection):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).ljust(1024, b"\0")


main(WholeBuffer)
