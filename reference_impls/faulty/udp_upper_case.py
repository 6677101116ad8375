"""U02: sends the data back in upper case."""

from __future__ import annotations

from _udp_base import Server, main


class Faulty(Server):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).upper()


if __name__ == "__main__":
    main(Faulty)
