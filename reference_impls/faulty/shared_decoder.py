"""I11: uses one decoder for all clients: half a character of one spoils the text of another."""

import codecs

from _base import Connection, main

decoder = codecs.getincrementaldecoder("gbk")(errors="replace")


class SharedDecoder(Connection):
    def text(self, data: bytes) -> str:
        return decoder.decode(data)


main(SharedDecoder)
