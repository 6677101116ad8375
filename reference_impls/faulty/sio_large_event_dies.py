"""S39: dies of an event of more than a million characters."""

from __future__ import annotations

import os

import socketio
from _socketio_base import serve


class Faulty(socketio.Server):
    def _handle_eio_message(self, eio_sid, data):
        if len(data) > 1_000_000:
            os._exit(1)
        super()._handle_eio_message(eio_sid, data)

    def handle_request(self, environ, start_response):
        self.eio.max_http_buffer_size = 10_000_000
        return super().handle_request(environ, start_response)


if __name__ == "__main__":
    serve(server=Faulty)
