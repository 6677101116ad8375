"""G03: ignores half characters at the borders of a read, so that they are missing from the text."""

from _base import Connection, main


class IgnoresCutCharacters(Connection):
    def text(self, data: bytes) -> str:
        return data.decode(self.options.encoding, errors="ignore")


main(IgnoresCutCharacters)
