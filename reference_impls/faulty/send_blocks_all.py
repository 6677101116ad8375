"""I05: the only loop waits for a client that does not read, and all others wait with it."""

from _base import SIZE, Connection, main, one_loop


class SendBlocksAll(Connection):
    def step(self) -> bool:
        self.sock.setblocking(True)
        data = self.sock.recv(SIZE)
        if data:
            self.sock.sendall(self.handle(data))
        return bool(data)


main(SendBlocksAll, one_loop)
