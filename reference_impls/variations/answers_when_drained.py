"""V01, V02: takes everything that has arrived, up to 64 KiB, before it answers once."""

import contextlib
import socket

from _base import SIZE, Connection, main

MOST = 64 * 1024


class AnswersWhenDrained(Connection):
    def talk(self) -> None:
        while data := self.everything_here():
            self.sock.sendall(self.handle(data))

    def everything_here(self) -> bytes:
        data = self.sock.recv(SIZE)
        with contextlib.suppress(BlockingIOError):
            while 0 < len(data) < MOST and (more := self.sock.recv(SIZE, socket.MSG_DONTWAIT)):
                data += more
        return data


main(AnswersWhenDrained)
