"""G01, G02: decodes each read by itself: half a character ends the connection."""

from _base import Connection, main


class SplitCharacterKillsConnection(Connection):
    def text(self, data: bytes) -> str:
        return data.decode(self.options.encoding)


main(SplitCharacterKillsConnection)
