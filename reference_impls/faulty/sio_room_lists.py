"""S13: rooms are lists: who joins twice is in them twice."""

from __future__ import annotations

import socketio
from _socketio_base import serve


class Faulty(socketio.Manager):
    def basic_enter_room(self, sid, namespace, room, eio_sid=None):
        self.twice = getattr(self, "twice", set())
        if sid in self.rooms.get(namespace, {}).get(room, {}):
            self.twice.add((sid, room))
        super().basic_enter_room(sid, namespace, room, eio_sid)

    def get_participants(self, namespace, room):
        for sid, eio_sid in super().get_participants(namespace, room):
            yield sid, eio_sid
            if room and (sid, room[0]) in getattr(self, "twice", ()):
                yield sid, eio_sid


if __name__ == "__main__":
    serve(manager=Faulty)
