"""S20: a room that was closed can never be joined again."""

from __future__ import annotations

from _socketio_base import Main, names, serve

closed: set[str] = set()


class Faulty(Main):
    def on_close_room(self, sid, data):
        if data["room"] != "blue":
            closed.add((sid, data["room"]))
        return super().on_close_room(sid, data)

    def on_join(self, sid, data):
        connected = {one for one, _ in self.server.manager.get_participants(self.namespace, None)}
        shut = {room for closer, room in closed if closer in connected}
        return super().on_join(sid, {"room": [room for room in names(data["room"]) if room not in shut]})


if __name__ == "__main__":
    serve(Faulty)
