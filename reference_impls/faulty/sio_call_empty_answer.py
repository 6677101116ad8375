"""S27: takes an answer without values for none."""

from __future__ import annotations

from _socketio_base import Manager, serve


class Faulty(Manager):
    def trigger_callback(self, sid, id, data):
        if data:
            super().trigger_callback(sid, id, data)


if __name__ == "__main__":
    serve(manager=Faulty)
