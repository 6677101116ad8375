"""S03: announces a new client to all others."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_connect(self, sid, environ, auth=None):
        if "REQUEST_METHOD" in environ:
            self.emit("addChat", sid, skip_sid=sid)


if __name__ == "__main__":
    serve(Faulty)
