"""S27: passes on the first value of an answer."""

from __future__ import annotations

from _socketio_base import Manager, serve


class Faulty(Manager):
    def trigger_callback(self, sid, id, data):
        super().trigger_callback(sid, id, data and data[:1])


if __name__ == "__main__":
    serve(manager=Faulty)
