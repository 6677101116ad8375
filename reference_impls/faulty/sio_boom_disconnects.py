"""S26: a client whose event cannot be handled is disconnected."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_boom(self, sid, data=None):
        self.disconnect(sid)
        super().on_boom(sid, data)


if __name__ == "__main__":
    serve(Faulty)
