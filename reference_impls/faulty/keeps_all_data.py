"""D24: keeps everything that any client ever sent."""

from _base import Connection, main

history: list[bytes] = []


class KeepsAllData(Connection):
    def handle(self, data: bytes) -> bytes:
        history.append(data)
        return super().handle(data)


main(KeepsAllData)
