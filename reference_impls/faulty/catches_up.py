"""G16, I12: greets each client with the last message of a client before it."""

from _base import Connection, main

last_words: list[bytes] = []


class CatchesUp(Connection):
    def talk(self) -> None:
        for word in last_words[-1:]:
            self.sock.sendall(word)
        super().talk()

    def handle(self, data: bytes) -> bytes:
        last_words.append(data)
        return super().handle(data)


main(CatchesUp)
