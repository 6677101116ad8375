"""S21: handles what a kicked client sends."""

from __future__ import annotations

import socketio
from _socketio_base import serve

known: dict[tuple[str, str], str] = {}


class Faulty(socketio.Server):
    def _handle_connect(self, eio_sid, namespace, data):
        super()._handle_connect(eio_sid, namespace, data)
        known[eio_sid, namespace or "/"] = self.manager.sid_from_eio_sid(eio_sid, namespace or "/")

    def _handle_event(self, eio_sid, namespace, id, data):
        sid = known[eio_sid, namespace or "/"]
        self._handle_event_internal(self, sid, eio_sid, data, namespace or "/", id)


if __name__ == "__main__":
    serve(server=Faulty)
