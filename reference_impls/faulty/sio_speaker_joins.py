"""S17: who speaks into a room is put into it."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def on_say(self, sid, data):
        for room in names(data["room"]):
            self.enter_room(sid, room)
        return super().on_say(sid, data)


if __name__ == "__main__":
    serve(Faulty)
