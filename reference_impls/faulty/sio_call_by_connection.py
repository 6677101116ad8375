"""S22: keeps what waits for an answer by connection and id, in all namespaces."""

from __future__ import annotations

from _socketio_base import Server, serve


class Faulty(Server):
    def _handle_ack(self, eio_sid, namespace, id, data):
        for one in ("/", "/chat"):
            sid = self.manager.sid_from_eio_sid(eio_sid, one)
            if id in self.manager.callbacks.get(sid, {}):
                return super()._handle_ack(eio_sid, one, id, data)
        return super()._handle_ack(eio_sid, namespace, id, data)


if __name__ == "__main__":
    serve(server=Faulty)
