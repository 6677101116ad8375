"""S27: takes an answer for that of the oldest question, whatever its id."""

from __future__ import annotations

from _socketio_base import Manager, serve


class Faulty(Manager):
    def trigger_callback(self, sid, id, data):
        waiting = [one for one in self.callbacks.get(sid, {}) if one]
        super().trigger_callback(sid, waiting[0] if waiting and id else id, data)


if __name__ == "__main__":
    serve(manager=Faulty)
