"""S40: an id that is too long for a number ends the process."""

from __future__ import annotations

import os

from _socketio_base import HEAD, Server, serve


class Faulty(Server):
    def can_be_decoded(self, text):
        head = HEAD.match(text)
        if head and len(head["id"]) > 100:
            os._exit(1)
        return super().can_be_decoded(text)


if __name__ == "__main__":
    serve(server=Faulty)
