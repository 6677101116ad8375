"""S35: counts connections: who leaves the namespace is told of when his connection ends."""

from __future__ import annotations

import socketio
from _socketio_base import Main, serve

left: dict[str, str] = {}


class Faulty(socketio.Server):
    def _handle_eio_disconnect(self, eio_sid, reason):
        super()._handle_eio_disconnect(eio_sid, reason)
        if eio_sid in left:
            self.emit("removeChat", left.pop(eio_sid))


class FaultyMain(Main):
    def on_disconnect(self, sid, reason):
        if reason == self.server.reason.CLIENT_DISCONNECT:
            self.save_session(sid, {})
            left[self.server.manager.eio_sid_from_sid(sid, self.namespace)] = sid
        else:
            super().on_disconnect(sid, reason)


if __name__ == "__main__":
    serve(FaultyMain, server=Faulty)
