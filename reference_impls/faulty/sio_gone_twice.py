"""S35: tells of a client that has left once more when its connection ends."""

from __future__ import annotations

import socketio
from _socketio_base import serve

left: dict[str, str] = {}


class Faulty(socketio.Server):
    def _handle_disconnect(self, eio_sid, namespace, reason=None):
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace or "/")
        super()._handle_disconnect(eio_sid, namespace, reason)
        if sid and namespace in (None, "/"):
            left[eio_sid] = sid

    def _handle_eio_disconnect(self, eio_sid, reason):
        if eio_sid in left:
            self.emit("removeChat", left.pop(eio_sid))
        super()._handle_eio_disconnect(eio_sid, reason)


if __name__ == "__main__":
    serve(server=Faulty)
