"""S18: a client may join and close the room of another one's sid."""

from __future__ import annotations

import socketio
from _socketio_base import serve


class Faulty(socketio.Manager):
    def is_sid_room(self, namespace, room):
        return False


if __name__ == "__main__":
    serve(manager=Faulty)
