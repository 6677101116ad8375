"""S02: clients that come by long-polling get nothing that others emit."""

from __future__ import annotations

import socketio
from _socketio_base import serve


class Faulty(socketio.Server):
    def _send_eio_packet(self, eio_sid, eio_pkt):
        own = isinstance(eio_pkt.data, str) and eio_pkt.data[:1] in ("0", "3", "4")
        if own or self.environ[eio_sid].get("QUERY_STRING", "").find("transport=polling") < 0:
            super()._send_eio_packet(eio_sid, eio_pkt)


if __name__ == "__main__":
    serve(server=Faulty)
