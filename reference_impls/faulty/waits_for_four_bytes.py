"""I02, E06: the only loop waits until a message has four bytes: a client that sends one stops all others."""

from _base import SIZE, Connection, main, one_loop


class WaitsForFourBytes(Connection):
    def step(self) -> bool:
        if self.unsent:
            return super().step()
        self.sock.setblocking(True)
        data = b""
        while len(data) < 4 and (piece := self.sock.recv(SIZE)):
            data += piece
        self.sock.setblocking(False)
        if data:
            self.unsent = self.handle(data)
        return bool(data)


main(WaitsForFourBytes, one_loop)
