"""S27: keeps what waits for an answer by the id alone, which each client counts for itself."""

from __future__ import annotations

from _socketio_base import Manager, serve

waiting = {}


class Faulty(Manager):
    def _generate_ack_id(self, sid, callback):
        id = super()._generate_ack_id(sid, callback)
        waiting[id] = callback
        return id

    def trigger_callback(self, sid, id, data):
        if callback := waiting.pop(id, None):
            callback(*data)


if __name__ == "__main__":
    serve(manager=Faulty)
