"""U16: keeps only the latest address: all datagrams that wait are answered to the last client."""

from __future__ import annotations

import contextlib
import socket

from _udp_base import Server, main


class Faulty(Server):
    def step(self) -> None:
        data, self.address = self.sock.recvfrom(self.size)
        waiting = [data]
        with contextlib.suppress(BlockingIOError):
            while True:
                data, self.address = self.sock.recvfrom(self.size, socket.MSG_DONTWAIT)
                waiting.append(data)
        for data in waiting:
            self.handle(data, self.address)


if __name__ == "__main__":
    main(Faulty)
