"""E09: takes the newline away from what each read returns."""

from _base import Connection, main


class StripsNewline(Connection):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).rstrip(b"\r\n")


main(StripsNewline)
