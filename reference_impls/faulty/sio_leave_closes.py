"""S11: when one member leaves, the room is closed for everybody."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def on_leave(self, sid, data):
        for room in names(data["room"]):
            if room in self.rooms(sid):
                self.close_room(room)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
