"""S40: a packet that it cannot parse ends the process."""

from __future__ import annotations

import os

import socketio
from _socketio_base import serve


class Faulty(socketio.Server):
    def _handle_eio_message(self, eio_sid, data):
        try:
            super()._handle_eio_message(eio_sid, data)
        except Exception:
            os._exit(1)


if __name__ == "__main__":
    serve(server=Faulty)
