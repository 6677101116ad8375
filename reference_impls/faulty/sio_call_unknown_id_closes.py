"""S40: disconnects who answers a question that it does not know."""

from __future__ import annotations

from _socketio_base import Server, serve


class Faulty(Server):
    def _handle_ack(self, eio_sid, namespace, id, data):
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace or "/")
        if id not in self.manager.callbacks.get(sid, {}):
            return self.eio.disconnect(eio_sid)
        return super()._handle_ack(eio_sid, namespace, id, data)


if __name__ == "__main__":
    serve(server=Faulty)
