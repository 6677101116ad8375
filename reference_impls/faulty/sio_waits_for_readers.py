"""S45: waits in the sender's handler until the recipient has read what waits for it."""

from __future__ import annotations

import time

import socketio
from _socketio_base import serve


class Faulty(socketio.Server):
    def _send_eio_packet(self, eio_sid, eio_pkt):
        session = self.eio.sockets.get(eio_sid)
        large = len(eio_pkt.data or "") > 1000
        while large and session and not session.closed and session.queue.qsize() > 20:
            time.sleep(0.001)
        super()._send_eio_packet(eio_sid, eio_pkt)


if __name__ == "__main__":
    serve(server=Faulty)
