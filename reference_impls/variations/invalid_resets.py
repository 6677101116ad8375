"""V05, V06: closes at once after bytes that are no GBK; where more was sent, the kernel makes it a reset."""

import codecs
from typing import Any

from _base import Connection, main


class InvalidResets(Connection):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.decoder = codecs.getincrementaldecoder(self.options.encoding)("strict")

    def talk(self) -> None:
        try:
            while data := self.sock.recv(2):
                self.sock.sendall(self.handle(data))
        except UnicodeDecodeError:
            self.show("these bytes are no text")


main(InvalidResets)
