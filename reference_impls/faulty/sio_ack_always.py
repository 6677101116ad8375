"""S27: acknowledges an echo also where no acknowledgement is asked for."""

from __future__ import annotations

from _socketio_base import Server, serve


class Faulty(Server):
    def _handle_event(self, eio_sid, namespace, id, data):
        wanted = 0 if id is None and data[0] == "message-with-ack" else id
        super()._handle_event(eio_sid, namespace, wanted, data)


if __name__ == "__main__":
    serve(server=Faulty)
