"""E22: adds a newline to each acknowledgement."""

from _base import Connection, main


class AckNewline(Connection):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data) + b"\n"


main(AckNewline)
