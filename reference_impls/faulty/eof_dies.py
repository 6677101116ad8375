"""D10, I13: divides by the number of messages at the end: a client that never sent one ends the server."""

from _base import Connection, main, one_loop


class EofDies(Connection):
    total = 0
    messages = 0

    def handle(self, data: bytes) -> bytes:
        self.total += len(data)
        self.messages += 1
        return super().handle(data)

    def step(self) -> bool:
        goes_on = super().step()
        if not goes_on:
            print("bytes per message:", self.total / self.messages, flush=True)
        return goes_on


main(EofDies, one_loop)
