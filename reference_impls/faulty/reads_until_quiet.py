"""I06: after a full buffer the only loop reads on until the client pauses: one that never does stops all others."""

import select

from _base import SIZE, Connection, main, one_loop


class ReadsUntilQuiet(Connection):
    full = False

    def step(self) -> bool:
        goes_on = super().step()
        while goes_on and self.full and self.is_ready():
            goes_on = super().step()
        self.full = False
        return goes_on

    def is_ready(self) -> bool:
        waits_to_write = [self.sock] if self.unsent else []
        waits_to_read = [] if self.unsent else [self.sock]
        return any(select.select(waits_to_read, waits_to_write, [], 0.5))

    def handle(self, data: bytes) -> bytes:
        self.full = self.full or len(data) == SIZE
        return super().handle(data)


main(ReadsUntilQuiet, one_loop)
