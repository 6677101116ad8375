"""S27: acknowledges the first 256 events of a connection."""

from __future__ import annotations

from collections import Counter

from _socketio_base import Server, serve

acknowledged: Counter[str] = Counter()


class Faulty(Server):
    def send_ack(self, eio_sid, pkt):
        acknowledged[eio_sid] += 1
        if acknowledged[eio_sid] <= 256:
            super().send_ack(eio_sid, pkt)


if __name__ == "__main__":
    serve(server=Faulty)
