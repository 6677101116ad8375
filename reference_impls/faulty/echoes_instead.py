"""E22: sends the message back where an acknowledgement is due."""

from _base import Connection, main


class EchoesInstead(Connection):
    def answer(self, data: bytes) -> bytes:
        return data


main(EchoesInstead)
