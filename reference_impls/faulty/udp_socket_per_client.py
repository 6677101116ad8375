"""U04: gives each client that has asked before a socket, and so a port, of its own."""

from __future__ import annotations

import socket
from typing import ClassVar

from _udp_base import Address, Server, main


class Faulty(Server):
    sockets: ClassVar[dict[Address, socket.socket]] = {}

    def send(self, data: bytes, address: Address) -> None:
        self.sockets.get(address, self.sock).sendto(data, address)
        self.sockets.setdefault(address, socket.socket(type=socket.SOCK_DGRAM))


if __name__ == "__main__":
    main(Faulty)
