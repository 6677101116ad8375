"""S19: makes the names of rooms lower case."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def on_join(self, sid, data):
        return super().on_join(sid, {"room": [room.lower() for room in names(data["room"])]})

    def on_leave(self, sid, data):
        return super().on_leave(sid, {"room": [room.lower() for room in names(data["room"])]})

    def emit_to(self, target, event, data, **options):
        super().emit_to(
            [room if room in self.sids() else room.lower() for room in names(target)], event, data, **options
        )

    def sids(self):
        return [sid for sid, _ in self.server.manager.get_participants(self.namespace, None)]


if __name__ == "__main__":
    serve(Faulty)
