"""S27: an echo takes a moment, and answers the client that has asked last by then."""

from __future__ import annotations

import threading

from _socketio_base import Server, serve

asker = ""


class Faulty(Server):
    def _handle_event(self, eio_sid, namespace, id, data):
        global asker
        asker = eio_sid
        if data[0] == "message-with-ack":
            threading.Timer(0.03, self.echo, (namespace, id, data)).start()
        else:
            super()._handle_event(eio_sid, namespace, id, data)

    def echo(self, namespace, id, data):
        super()._handle_event(asker, namespace, id, data)


if __name__ == "__main__":
    serve(server=Faulty)
