"""U08: takes a NUL for the end of the data, as strlen() in C does."""

from __future__ import annotations

from _udp_base import Server, main


class Faulty(Server):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).partition(b"\0")[0]


if __name__ == "__main__":
    main(Faulty)
