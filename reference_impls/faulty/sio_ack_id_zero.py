"""S27: takes the id 0 for none."""

from __future__ import annotations

from _socketio_base import Server, serve


class Faulty(Server):
    def send_ack(self, eio_sid, pkt):
        if pkt.id:
            super().send_ack(eio_sid, pkt)


if __name__ == "__main__":
    serve(server=Faulty)
