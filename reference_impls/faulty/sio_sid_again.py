"""S37: a new client gets the sid of the one that has gone last."""

from __future__ import annotations

import socketio
from _socketio_base import serve

free: list[str] = []


class Faulty(socketio.Manager):
    def pre_connect(self, eio_sid, namespace):
        made, generate = self.server.eio.generate_id, self.server.eio.generate_id
        self.server.eio.generate_id = lambda: free.pop() if free else generate()
        try:
            return super().pre_connect(eio_sid, namespace)
        finally:
            self.server.eio.generate_id = made

    def disconnect(self, sid, namespace, **options):
        super().disconnect(sid, namespace, **options)
        free.append(sid)


if __name__ == "__main__":
    serve(manager=Faulty)
