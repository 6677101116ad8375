"""G11: takes everything in pairs of bytes, so that a single letter shifts all that follows."""

from _base import Connection, main


class FixedPairs(Connection):
    def text(self, data: bytes) -> str:
        encoding = self.options.encoding
        if any(byte > 0x7F for byte in data):
            return "".join(data[i : i + 2].decode(encoding, "replace") for i in range(0, len(data), 2))
        return super().text(data)


main(FixedPairs)
