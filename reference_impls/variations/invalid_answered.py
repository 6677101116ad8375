"""V05: answers bytes that are no GBK as if they were, and leaves them out of the text."""

import codecs
from typing import Any

from _base import Connection, main


class InvalidAnswered(Connection):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.decoder = codecs.getincrementaldecoder(self.options.encoding)("ignore")


main(InvalidAnswered)
