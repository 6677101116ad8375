"""E21: sends str(data), which is Python's notation of the bytes, instead of the bytes."""

from _base import Connection, main


class SendsRepr(Connection):
    def answer(self, data: bytes) -> bytes:
        return str(super().answer(data)).encode()


main(SendsRepr)
