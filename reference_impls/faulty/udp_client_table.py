"""U17: has a table of 96 clients, and answers nobody who does not fit into it."""

from __future__ import annotations

from typing import ClassVar

from _udp_base import Address, Server, main


class Faulty(Server):
    clients: ClassVar[set[Address]] = set()

    def send(self, data: bytes, address: Address) -> None:
        if len(self.clients) < 96:
            self.clients.add(address)
        if address in self.clients:
            super().send(data, address)


if __name__ == "__main__":
    main(Faulty)
