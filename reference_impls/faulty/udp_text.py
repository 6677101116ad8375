"""U07: decodes what it receives as UTF-8 and encodes it again: bytes that are no text change."""

from __future__ import annotations

from _udp_base import Server, main


class Faulty(Server):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).decode("utf-8", "replace").encode("utf-8")


if __name__ == "__main__":
    main(Faulty)
