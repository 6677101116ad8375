"""E09: makes LF of each CRLF, as text files do."""

from _base import Connection, main


class CrlfToLf(Connection):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).replace(b"\r\n", b"\n")


main(CrlfToLf)
