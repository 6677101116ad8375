"""V15: answers 40 milliseconds after the last byte of what it is sent."""

import select
import time

from _base import Connection, main


class LateAnswers(Connection):
    def answer(self, data: bytes) -> bytes:
        if not select.select([self.sock], [], [], 0)[0]:
            time.sleep(0.04)
        return super().answer(data)


main(LateAnswers)
