"""E13: puts a prefix before what each read returns."""

from _base import Connection, main


class PrefixPerRecv(Connection):
    def answer(self, data: bytes) -> bytes:
        return b"Got: " + super().answer(data)


main(PrefixPerRecv)
