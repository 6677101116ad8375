"""U05: adds a newline to what it sends back."""

from __future__ import annotations

from _udp_base import Server, main


class Faulty(Server):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data) + b"\n"


if __name__ == "__main__":
    main(Faulty)
