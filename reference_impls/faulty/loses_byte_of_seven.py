"""E06, E09: echoes short messages by a fixed table of lengths, in which seven is wrong: the last byte is lost."""

from _base import Connection, main


class LosesByteOfSeven(Connection):
    def answer(self, data: bytes) -> bytes:
        whole = super().answer(data)
        return whole[:-1] if len(data) == 7 else whole


main(LosesByteOfSeven)
