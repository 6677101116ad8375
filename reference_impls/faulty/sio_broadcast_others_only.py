"""S05: a broadcast leaves the sender out."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_broadcast(self, sid, data):
        return super().on_broadcast(sid, {**data, "others": True})


if __name__ == "__main__":
    serve(Faulty)
