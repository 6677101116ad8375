"""V12, G15: prints what it receives in quotes, with escapes for what cannot be printed."""

from _base import Connection, main


class PrintsRepr(Connection):
    def show(self, text: str) -> None:
        super().show(repr(text) if text else "")


main(PrintsRepr)
