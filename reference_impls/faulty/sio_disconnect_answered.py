"""S35: answers a DISCONNECT by another one."""

from __future__ import annotations

import socketio
from _socketio_base import serve
from socketio.packet import DISCONNECT


class Faulty(socketio.Server):
    def _handle_disconnect(self, eio_sid, namespace, reason=None):
        super()._handle_disconnect(eio_sid, namespace, reason)
        if reason == self.reason.CLIENT_DISCONNECT:
            self._send_packet(eio_sid, self.packet_class(DISCONNECT, namespace=namespace))


if __name__ == "__main__":
    serve(server=Faulty)
