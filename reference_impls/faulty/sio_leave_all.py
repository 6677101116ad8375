"""S11: who leaves one room is put out of all of them."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_leave(self, sid, data):
        for room in self.rooms(sid):
            if room != sid:
                self.leave_room(sid, room)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
