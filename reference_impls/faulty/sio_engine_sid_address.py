"""S04: clients can be addressed by the sid of their Engine.IO session."""

from __future__ import annotations

import socketio
from _socketio_base import serve


class Faulty(socketio.Manager):
    def pre_connect(self, eio_sid, namespace):
        sid = super().pre_connect(eio_sid, namespace)
        if sid:
            self.basic_enter_room(sid, namespace, eio_sid)
        return sid

    def get_rooms(self, sid, namespace):
        engine = self.eio_sid_from_sid(sid, namespace)
        return [room for room in super().get_rooms(sid, namespace) if room != engine]


if __name__ == "__main__":
    serve(manager=Faulty)
