"""V24, G07: decodes as GB18030, which has all of GBK and more."""

import codecs
from typing import Any

from _base import Connection, main


class Gb18030Decoder(Connection):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.decoder = codecs.getincrementaldecoder("gb18030")("replace")


main(Gb18030Decoder)
