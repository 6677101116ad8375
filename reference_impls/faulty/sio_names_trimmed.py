"""S19: strips the names of rooms."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def on_join(self, sid, data):
        return super().on_join(sid, {"room": [str(room).strip() for room in names(data["room"])]})

    def on_leave(self, sid, data):
        return super().on_leave(sid, {"room": [str(room).strip() for room in names(data["room"])]})

    def emit_to(self, target, event, data, **options):
        super().emit_to([str(room).strip() for room in names(target)], event, data, **options)


if __name__ == "__main__":
    serve(Faulty)
