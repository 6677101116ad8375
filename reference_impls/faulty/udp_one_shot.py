"""U01: answers one datagram, then ends."""

from __future__ import annotations

from _udp_base import Server, main


class Faulty(Server):
    def serve(self) -> None:
        self.step()


if __name__ == "__main__":
    main(Faulty)
