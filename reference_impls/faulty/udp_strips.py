"""U08: strips blanks and line ends before it sends the data back."""

from __future__ import annotations

from _udp_base import Server, main


class Faulty(Server):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).strip()


if __name__ == "__main__":
    main(Faulty)
