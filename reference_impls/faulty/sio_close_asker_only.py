"""S20: closing a room puts out only the client that asks for it."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def on_close_room(self, sid, data):
        for room in names(data["room"]):
            self.leave_room(sid, room)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
