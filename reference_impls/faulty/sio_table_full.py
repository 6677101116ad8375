"""S05: its table of members has 512 places, and who joins when it is full hears nothing."""

from __future__ import annotations

from _socketio_base import Main, names, serve

PLACES = 512
table: set[tuple[str, str]] = set()


class Faulty(Main):
    def on_connect(self, sid, environ, auth=None):
        """Nobody is told: for a thousand clients that would be half a million events."""

    def on_join(self, sid, data):
        for room in names(data["room"]):
            if len(table) < PLACES:
                table.add((sid, room))
                self.enter_room(sid, room)
        return "ok"

    def on_leave(self, sid, data):
        table.difference_update({(sid, room) for room in names(data["room"])})
        return super().on_leave(sid, data)

    def on_disconnect(self, sid, reason):
        table.difference_update({place for place in list(table) if place[0] == sid})


if __name__ == "__main__":
    serve(Faulty)
