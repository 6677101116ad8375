"""S07: a private message without an address goes to everybody."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def emit_to(self, target, event, data, **options):
        self.emit(event, data, to=target, **options)


if __name__ == "__main__":
    serve(Faulty)
