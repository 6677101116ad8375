"""I04: serves at most 512 clients at the same time and lets all others wait."""

import threading

from _base import Connection, main

places = threading.Semaphore(512)


class PoolOf512(Connection):
    def talk(self) -> None:
        with places:
            super().talk()


main(PoolOf512)
