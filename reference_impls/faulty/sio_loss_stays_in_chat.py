"""S34: a lost connection is cleaned up in the main namespace alone."""

from __future__ import annotations

import socketio
from _socketio_base import serve


class Faulty(socketio.Server):
    def _handle_eio_disconnect(self, eio_sid, reason):
        self._handle_disconnect(eio_sid, "/", reason)
        self.environ.pop(eio_sid, None)


if __name__ == "__main__":
    serve(server=Faulty)
