"""G06: decodes GBK text as UTF-8, and an error ends the connection."""

from _base import Connection, main


class Utf8Decoder(Connection):
    def text(self, data: bytes) -> str:
        return data.decode()


main(Utf8Decoder)
