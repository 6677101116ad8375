"""G12: strips blanks from the text, to which the ideographic one belongs, and sends back what is left."""

from _base import Connection, main


class StripsWideBlanks(Connection):
    def answer(self, data: bytes) -> bytes:
        blank = "\u3000".encode(self.options.encoding)
        return super().answer(data.removeprefix(blank).removesuffix(blank) or data)


main(StripsWideBlanks)
