"""S05: a broadcast reaches every session, also those that have connected to no namespace."""

from __future__ import annotations

import socketio
from _socketio_base import serve


class Faulty(socketio.Manager):
    def get_participants(self, namespace, room):
        yield from super().get_participants(namespace, room)
        if room is None:
            known = {eio_sid for _, eio_sid in super().get_participants(namespace, None)}
            yield from ((one, one) for one in list(self.server.eio.sockets) if one not in known)


if __name__ == "__main__":
    serve(manager=Faulty)
