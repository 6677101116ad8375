"""U18: asks the kernel for errors of earlier answers, and ends when a client was not there any more."""

from __future__ import annotations

import socket

from _udp_base import Server, main

IP_RECVERR = 11  # ip(7); Python's socket has no name for it before 3.14


class Faulty(Server):
    def serve(self) -> None:
        self.sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        super().serve()


if __name__ == "__main__":
    main(Faulty)
