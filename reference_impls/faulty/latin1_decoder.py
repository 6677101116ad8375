"""G09: decodes GBK text as Latin-1, which never fails and is always wrong."""

from _base import Connection, main


class Latin1Decoder(Connection):
    def text(self, data: bytes) -> str:
        return data.decode("latin-1")


main(Latin1Decoder)
