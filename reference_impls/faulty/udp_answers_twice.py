"""U03: answers each datagram twice."""

from __future__ import annotations

from _udp_base import Address, Server, main


class Faulty(Server):
    def send(self, data: bytes, address: Address) -> None:
        super().send(data, address)
        super().send(data, address)


if __name__ == "__main__":
    main(Faulty)
