"""V05: closes the connection of a client that sends bytes which are no GBK."""

import codecs
from typing import Any

from _base import Connection, main


class InvalidCloses(Connection):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.decoder = codecs.getincrementaldecoder(self.options.encoding)("strict")

    def talk(self) -> None:
        try:
            super().talk()
        except UnicodeDecodeError:
            self.show("these bytes are no text")


main(InvalidCloses)
