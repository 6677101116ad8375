"""S19: keeps 255 characters of the name of a room."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def on_join(self, sid, data):
        return super().on_join(sid, {"room": [room[:255] for room in names(data["room"])]})

    def on_leave(self, sid, data):
        return super().on_leave(sid, {"room": [room[:255] for room in names(data["room"])]})

    def emit_to(self, target, event, data, **options):
        super().emit_to([room[:255] for room in names(target)], event, data, **options)


if __name__ == "__main__":
    serve(Faulty)
