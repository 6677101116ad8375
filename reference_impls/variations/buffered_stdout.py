"""V12: prints into a buffer, so that little is seen while it runs."""

import sys

from _base import Connection, main, printing


class BufferedStdout(Connection):
    def show(self, text: str) -> None:
        if text:
            with printing:
                print(f"recv[{self.address}]:{text}")


sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # whatever PYTHONUNBUFFERED says
main(BufferedStdout)
