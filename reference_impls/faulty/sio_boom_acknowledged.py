"""S26: acknowledges an event whose handler has failed."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_boom(self, sid, data=None):
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
