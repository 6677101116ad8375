"""E09: echoes text instead of bytes: what is not UTF-8 comes back changed."""

from _base import Connection, main


class TextEcho(Connection):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).decode("utf-8", errors="replace").encode("utf-8")


main(TextEcho)
