"""U12: takes an empty datagram for the end of file and ends."""

from __future__ import annotations

from _udp_base import Address, Server, main


class Faulty(Server):
    def handle(self, data: bytes, address: Address) -> None:
        if not data:
            raise SystemExit
        super().handle(data, address)


if __name__ == "__main__":
    main(Faulty)
