"""S21: takes a kicked client out of its rooms, and does not disconnect it."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_kick(self, sid, data):
        for room in self.rooms(data["sid"]) or []:
            if room != data["sid"]:
                self.leave_room(data["sid"], room)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
