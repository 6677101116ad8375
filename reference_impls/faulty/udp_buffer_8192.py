"""U10: reads 8,192 bytes of a datagram, as socketserver does, and the rest is lost."""

from __future__ import annotations

from _udp_base import Server, main


class Faulty(Server):
    size = 8192


if __name__ == "__main__":
    main(Faulty)
