"""S14: emits once for each room: who is in two of them gets it twice."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def emit_to(self, target, event, data, **options):
        for room in names(target):
            self.emit(event, data, to=room, **options)


if __name__ == "__main__":
    serve(Faulty)
