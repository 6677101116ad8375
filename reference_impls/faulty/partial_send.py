"""E04: ignores what send() says of a socket that does not wait: what does not fit into its buffer is lost."""

import contextlib
import socket

from _base import SIZE, Connection, main


class PartialSend(Connection):
    def talk(self) -> None:
        while data := self.sock.recv(SIZE):
            with contextlib.suppress(BlockingIOError):
                self.sock.send(self.handle(data), socket.MSG_DONTWAIT)


main(PartialSend)
