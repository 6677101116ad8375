"""S33: has room for a hundred clients; the next one is refused."""

from __future__ import annotations

from _socketio_base import Main, serve
from socketio.exceptions import ConnectionRefusedError


class Faulty(Main):
    def on_connect(self, sid, environ, auth=None):
        if len(list(self.server.manager.get_participants(self.namespace, None))) > 100:
            raise ConnectionRefusedError("full")
        super().on_connect(sid, environ, auth)


if __name__ == "__main__":
    serve(Faulty)
