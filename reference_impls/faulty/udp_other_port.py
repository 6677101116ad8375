"""U04: answers from a second socket, so from another port than the one that was asked."""

from __future__ import annotations

import socket

from _udp_base import Address, Server, main


class Faulty(Server):
    def send(self, data: bytes, address: Address) -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as other:
            other.sendto(data, address)


if __name__ == "__main__":
    main(Faulty)
