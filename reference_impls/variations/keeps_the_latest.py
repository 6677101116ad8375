"""D24: remembers the latest thousand messages, and no more."""

from collections import deque

from _base import Connection, main

latest: deque[bytes] = deque(maxlen=1000)


class KeepsTheLatest(Connection):
    def answer(self, data: bytes) -> bytes:
        latest.append(data)
        return super().answer(data)


main(KeepsTheLatest)
