"""D02: notices the end of file, but never closes the socket."""

import contextlib
import socket

from _base import Connection, main

clients: list[socket.socket] = []


class LeaksCloseWait(Connection):
    def run(self) -> None:
        clients.append(self.sock)
        with contextlib.suppress(OSError):
            self.talk()


main(LeaksCloseWait)
