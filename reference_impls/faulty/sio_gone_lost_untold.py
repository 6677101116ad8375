"""S34, S35: tells only of clients that say goodbye."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_disconnect(self, sid, reason):
        if reason == self.server.reason.CLIENT_DISCONNECT:
            super().on_disconnect(sid, reason)


if __name__ == "__main__":
    serve(Faulty)
