"""E09: strips blanks and line ends from what each read returns."""

from _base import Connection, main


class StripsBlanks(Connection):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).strip()


main(StripsBlanks)
