"""S11: acknowledges leave, but keeps the client in the room."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_leave(self, sid, data):
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
