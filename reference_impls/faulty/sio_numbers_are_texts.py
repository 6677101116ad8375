"""S19: announces rooms.int, but makes a text of every name of a room."""

from __future__ import annotations

from _socketio_base import Main, announce, names, serve


class Faulty(Main):
    def on_join(self, sid, data):
        return super().on_join(sid, {"room": [str(room) for room in names(data["room"])]})


announce("rooms.int")


if __name__ == "__main__":
    serve(Faulty)
