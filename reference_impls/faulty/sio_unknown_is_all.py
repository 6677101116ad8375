"""S09: a message to an unknown sid or room goes to everybody."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def emit_to(self, target, event, data, **options):
        known = [room for room in names(target) if room in self.server.manager.rooms[self.namespace]]
        if names(target):
            self.emit(event, data, to=known, **options)


if __name__ == "__main__":
    serve(Faulty)
