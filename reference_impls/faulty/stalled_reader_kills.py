"""E05, I13: the only loop sends without waiting: a client that does not read ends the server."""

from _base import SIZE, Connection, main, one_loop


class StalledReaderKills(Connection):
    def step(self) -> bool:
        data = self.sock.recv(SIZE)
        if data:
            self.sock.send(self.handle(data))
        return bool(data)

    def lost(self, error: OSError) -> None:
        if isinstance(error, BlockingIOError):
            raise error


main(StalledReaderKills, one_loop)
