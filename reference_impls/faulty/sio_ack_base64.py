"""S29: makes Base64 of the bytes in its acknowledgements."""

from __future__ import annotations

import base64

from _socketio_base import ACK, Server, serve


def as_text(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: as_text(one) for key, one in value.items()}
    return value


class Faulty(Server):
    def send_ack(self, eio_sid, pkt):
        values = [as_text(one) for one in pkt.data]
        super().send_ack(eio_sid, self.packet_class(ACK, values, pkt.namespace, pkt.id))


if __name__ == "__main__":
    serve(server=Faulty)
