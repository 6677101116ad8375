"""S29: does not know acknowledgements with bytes."""

from __future__ import annotations

from _socketio_base import BINARY_ACK, Server, serve


class Faulty(Server):
    def _handle_eio_message(self, eio_sid, data):
        if isinstance(data, bytes) and eio_sid in self._binary_packet:
            if self._binary_packet[eio_sid].packet_type == BINARY_ACK:
                pkt = self._binary_packet[eio_sid]
                if pkt.add_attachment(data):
                    del self._binary_packet[eio_sid]
                return
        super()._handle_eio_message(eio_sid, data)


if __name__ == "__main__":
    serve(server=Faulty)
