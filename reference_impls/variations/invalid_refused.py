"""V05: answers bytes that are no GBK with an error text, and goes on."""

import codecs
from typing import Any

from _base import Connection, main


class InvalidRefused(Connection):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.decoder = codecs.getincrementaldecoder(self.options.encoding)("strict")

    def handle(self, data: bytes) -> bytes:
        try:
            return super().handle(data)
        except UnicodeDecodeError:
            self.decoder.reset()
            return b"not GBK"


main(InvalidRefused)
