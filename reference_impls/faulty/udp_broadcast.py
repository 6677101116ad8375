"""U15: sends each datagram to every client so far."""

from __future__ import annotations

from typing import ClassVar

from _udp_base import Address, Server, main


class Faulty(Server):
    known: ClassVar[set[Address]] = set()

    def send(self, data: bytes, address: Address) -> None:
        self.known.add(address)
        for one in self.known:
            super().send(data, one)


if __name__ == "__main__":
    main(Faulty)
