"""U13: takes all datagrams that wait and answers the last one only."""

from __future__ import annotations

import contextlib
import socket

from _udp_base import Server, main


class Faulty(Server):
    def step(self) -> None:
        data, address = self.sock.recvfrom(self.size)
        with contextlib.suppress(BlockingIOError):
            while True:
                data, address = self.sock.recvfrom(self.size, socket.MSG_DONTWAIT)
        self.handle(data, address)


if __name__ == "__main__":
    main(Faulty)
