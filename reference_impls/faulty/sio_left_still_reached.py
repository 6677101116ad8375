"""S21: who has left the namespace still gets what goes to everybody."""

from __future__ import annotations

import socketio
from _socketio_base import serve

left: dict[str, str] = {}


class Faulty(socketio.Manager):
    def basic_disconnect(self, sid, namespace, **kwargs):
        left[sid] = self.eio_sid_from_sid(sid, namespace)
        super().basic_disconnect(sid, namespace, **kwargs)

    def get_participants(self, namespace, room):
        yield from super().get_participants(namespace, room)
        if room is None:
            yield from ((sid, one) for sid, one in left.items() if one in self.server.eio.sockets)


if __name__ == "__main__":
    serve(manager=Faulty)
