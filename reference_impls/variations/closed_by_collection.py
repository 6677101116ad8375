"""V09: leaves closing to garbage collection, so that its last client waits for the end until the next comes."""

import contextlib

from _base import Connection, main


class ClosedByCollection(Connection):
    def run(self) -> None:
        with contextlib.suppress(OSError):
            self.talk()


main(ClosedByCollection)
