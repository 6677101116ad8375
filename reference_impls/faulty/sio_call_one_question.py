"""S27: keeps one question for each client: the next one replaces it."""

from __future__ import annotations

from _socketio_base import Manager, serve


class Faulty(Manager):
    def _generate_ack_id(self, sid, callback):
        id = super()._generate_ack_id(sid, callback)
        self.callbacks[sid] = {0: self.callbacks[sid][0], id: callback}
        return id


if __name__ == "__main__":
    serve(manager=Faulty)
