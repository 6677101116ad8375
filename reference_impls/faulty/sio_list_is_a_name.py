"""S19: takes a list of rooms for the name of one room."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_join(self, sid, data):
        self.enter_room(sid, str(data["room"]))
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
