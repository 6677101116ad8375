"""D05: reads before it writes, and at the end of file drops what it still owes."""

import select
import socket

from _base import SIZE, Connection, main


class DropsAtHalfClose(Connection):
    def talk(self) -> None:
        unsent = bytearray()
        while True:
            readable, _, _ = select.select([self.sock], [self.sock] if unsent else [], [])
            if not readable:
                del unsent[: self.sock.send(unsent, socket.MSG_DONTWAIT)]
            elif data := self.sock.recv(SIZE):
                unsent += self.handle(data)
            else:
                return


main(DropsAtHalfClose)
