"""V03: acknowledges half a character only when its other half has come."""

from _base import Connection, main


class WholeCharacters(Connection):
    def handle(self, data: bytes) -> bytes:
        text = self.text(data)
        self.show(text)
        return self.answer(data) if text else b""


main(WholeCharacters)
