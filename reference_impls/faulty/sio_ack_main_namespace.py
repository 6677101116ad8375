"""S22: acknowledges in the main namespace, whatever that of the event is."""

from __future__ import annotations

from _socketio_base import Server, serve


class Faulty(Server):
    def send_ack(self, eio_sid, pkt):
        pkt.namespace = "/"
        super().send_ack(eio_sid, pkt)


if __name__ == "__main__":
    serve(server=Faulty)
