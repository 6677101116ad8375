"""G10: guesses the encoding: GBK that happens to be valid UTF-8 is printed as UTF-8."""

from _base import Connection, main


class GuessesEncoding(Connection):
    def text(self, data: bytes) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return super().text(data)


main(GuessesEncoding)
