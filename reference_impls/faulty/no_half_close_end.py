"""D03, D19: the thread of a client that has ended its side waits for ever and keeps the connection."""

import threading

from _base import Connection, main


class NoHalfCloseEnd(Connection):
    def talk(self) -> None:
        super().talk()
        threading.Event().wait()


main(NoHalfCloseEnd)
