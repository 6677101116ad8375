"""S34, S37: clients that have gone stay in their rooms."""

from __future__ import annotations

import socketio
from _socketio_base import serve


class Faulty(socketio.Manager):
    def basic_disconnect(self, sid, namespace, **kwargs):
        rooms = self.rooms.get(namespace, {})
        kept = {room: members for room, members in rooms.items() if room not in (None, sid)}
        for room in kept:
            del rooms[room]
        super().basic_disconnect(sid, namespace, **kwargs)
        if kept:
            self.rooms.setdefault(namespace, {}).update(kept)


if __name__ == "__main__":
    serve(manager=Faulty)
