"""G15: prints the bytes that it receives instead of their text."""

from _base import Connection, main


class PrintsBytes(Connection):
    def text(self, data: bytes) -> str:
        return str(data)


main(PrintsBytes)
