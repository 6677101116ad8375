"""G05: a decode error ends the thread, but nobody closes the client's socket."""

import contextlib
import socket

from _base import Connection, main

clients: set[socket.socket] = set()


class HangsAfterBadBytes(Connection):
    def run(self) -> None:
        self.decoder.errors = "strict"
        clients.add(self.sock)
        with contextlib.suppress(OSError):
            self.talk()
        clients.remove(self.sock)
        self.sock.close()


main(HangsAfterBadBytes)
