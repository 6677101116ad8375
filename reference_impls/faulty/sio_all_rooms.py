"""S15: a new client is put into every room that there is."""

from __future__ import annotations

from _socketio_base import Main, names, serve

seen: set[str] = set()


class Faulty(Main):
    def on_connect(self, sid, environ, auth=None):
        for room in seen:
            self.enter_room(sid, room)
        super().on_connect(sid, environ, auth)

    def on_join(self, sid, data):
        seen.update(room for room in names(data["room"]) if isinstance(room, str) and len(room) < 9)
        return super().on_join(sid, data)


if __name__ == "__main__":
    serve(Faulty)
