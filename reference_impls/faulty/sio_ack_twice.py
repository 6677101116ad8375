"""S27: an echo is acknowledged by the callback and by the returned value."""

from __future__ import annotations

from _socketio_base import ACK, Server, serve


class Faulty(Server):
    def _handle_event(self, eio_sid, namespace, id, data):
        super()._handle_event(eio_sid, namespace, id, data)
        if id is not None and data[0] == "message-with-ack":
            self._send_packet(eio_sid, self.packet_class(ACK, data[1:], namespace, id))


if __name__ == "__main__":
    serve(server=Faulty)
