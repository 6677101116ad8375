"""U10: reads 1,024 bytes of a datagram, and the rest is lost."""

from __future__ import annotations

from _udp_base import Server, main


class Faulty(Server):
    size = 1024


if __name__ == "__main__":
    main(Faulty)
