"""S13, S25: who has left a room cannot come back into it."""

from __future__ import annotations

from _socketio_base import Main, names, serve

left: set[tuple[str, str]] = set()


class Faulty(Main):
    def on_leave(self, sid, data):
        left.update((sid, room) for room in names(data["room"]))
        return super().on_leave(sid, data)

    def on_join(self, sid, data):
        rooms = [room for room in names(data["room"]) if (sid, room) not in left]
        return super().on_join(sid, {"room": rooms})


if __name__ == "__main__":
    serve(Faulty)
