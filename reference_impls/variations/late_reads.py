"""V15, E27: takes 20 milliseconds for each read of at most 64 KiB."""

import time

from _base import Connection, main


class LateReads(Connection):
    def talk(self) -> None:
        while data := self.sock.recv(64 * 1024):
            time.sleep(0.02)
            self.sock.sendall(self.handle(data))


main(LateReads)
