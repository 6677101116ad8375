"""S15: every new client is in the room lobby."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_connect(self, sid, environ, auth=None):
        self.enter_room(sid, "lobby")
        super().on_connect(sid, environ, auth)


if __name__ == "__main__":
    serve(Faulty)
