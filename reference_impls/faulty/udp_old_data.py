"""U09: sends back as much of a client's buffer as its longest datagram so far has filled."""

from __future__ import annotations

from typing import ClassVar

from _udp_base import Address, Server, main


class Faulty(Server):
    buffers: ClassVar[dict[Address, bytes]] = {}

    def handle(self, data: bytes, address: Address) -> None:
        self.buffers[address] = data + self.buffers.get(address, b"")[len(data) :]
        super().handle(self.buffers[address], address)


if __name__ == "__main__":
    main(Faulty)
