"""U06: answers only the first datagram of each client."""

from __future__ import annotations

from typing import ClassVar

from _udp_base import Address, Server, main


class Faulty(Server):
    known: ClassVar[set[Address]] = set()

    def send(self, data: bytes, address: Address) -> None:
        if address not in self.known:
            super().send(data, address)
        self.known.add(address)


if __name__ == "__main__":
    main(Faulty)
