"""S13: raises an error when a client leaves a room that it is not in, and acknowledges nothing."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def on_leave(self, sid, data):
        for room in names(data["room"]):
            mine = self.rooms(sid)
            mine.remove(room)
            self.leave_room(sid, room)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
