"""S35: tells the client that has left too."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_disconnect(self, sid, reason):
        super().on_disconnect(sid, reason)
        if reason == self.server.reason.CLIENT_DISCONNECT:
            self.emit("removeChat", sid, to=sid)


if __name__ == "__main__":
    serve(Faulty)
