"""V12, I10: prints who sent something, but not what."""

from _base import Connection, main


class PrintsAddressesOnly(Connection):
    def show(self, text: str) -> None:
        super().show("..." if text else "")


main(PrintsAddressesOnly)
