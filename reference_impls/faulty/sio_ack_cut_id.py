"""S40: keeps ids in 32 bits."""

from __future__ import annotations

import ctypes

from _socketio_base import Server, serve


class Faulty(Server):
    def send_ack(self, eio_sid, pkt):
        pkt.id = ctypes.c_int32(pkt.id).value
        super().send_ack(eio_sid, pkt)


if __name__ == "__main__":
    serve(server=Faulty)
