"""V15: sends the first byte of an answer and its rest by two calls, so that Nagle's algorithm may delay it."""

from _base import Connection, main


class TwoSends(Connection):
    def answer(self, data: bytes) -> bytes:
        reply = super().answer(data)
        self.sock.sendall(reply[:1])
        return reply[1:]


main(TwoSends)
