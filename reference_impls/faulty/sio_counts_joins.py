"""S13: counts how often a client has joined: it must leave as often."""

from __future__ import annotations

from collections import Counter

from _socketio_base import Main, names, serve

joined: Counter[tuple[str, str]] = Counter()


class Faulty(Main):
    def on_join(self, sid, data):
        joined.update((sid, room) for room in names(data["room"]))
        return super().on_join(sid, data)

    def on_leave(self, sid, data):
        for room in names(data["room"]):
            joined[sid, room] -= 1
            if joined[sid, room] <= 0:
                self.leave_room(sid, room)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
