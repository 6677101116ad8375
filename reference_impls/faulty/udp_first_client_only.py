"""U14: connects its socket to the first client, so that it hears nobody else."""

from __future__ import annotations

from _udp_base import Address, Server, main


class Faulty(Server):
    def send(self, data: bytes, address: Address) -> None:
        self.sock.connect(address)
        self.sock.send(data)


if __name__ == "__main__":
    main(Faulty)
