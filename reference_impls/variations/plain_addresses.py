"""V12: prints addresses as 127.0.0.1:50202."""

from _base import Connection, main, printing


class PlainAddresses(Connection):
    def show(self, text: str) -> None:
        if text:
            with printing:
                print(f"{self.address[0]}:{self.address[1]} {text}", flush=True)


main(PlainAddresses)
