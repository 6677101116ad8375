"""S27: an echo takes a moment, and answers the latest id of its client by then."""

from __future__ import annotations

import threading

from _socketio_base import Server, serve

latest = {}


class Faulty(Server):
    def _handle_event(self, eio_sid, namespace, id, data):
        latest[eio_sid] = id
        if data[0] == "message-with-ack":
            threading.Timer(0.03, self.echo, (eio_sid, namespace, data)).start()
        else:
            super()._handle_event(eio_sid, namespace, id, data)

    def echo(self, eio_sid, namespace, data):
        super()._handle_event(eio_sid, namespace, latest[eio_sid], data)


if __name__ == "__main__":
    serve(server=Faulty)
