"""E22: acknowledges where the message itself is due."""

from _base import Connection, main


class AcknowledgesInstead(Connection):
    def answer(self, data: bytes) -> bytes:
        return b"received"


main(AcknowledgesInstead)
