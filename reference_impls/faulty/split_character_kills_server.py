"""G01, G04, I13: decodes each read by itself in its only loop: half a character ends the server."""

from _base import Connection, main, one_loop


class SplitCharacterKillsServer(Connection):
    def text(self, data: bytes) -> str:
        return data.decode(self.options.encoding)


main(SplitCharacterKillsServer, one_loop)
