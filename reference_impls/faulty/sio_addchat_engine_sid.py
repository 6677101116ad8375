"""S04: announces the sid of the Engine.IO session."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_connect(self, sid, environ, auth=None):
        if "REQUEST_METHOD" in environ:
            self.emit("addChat", self.server.manager.eio_sid_from_sid(sid, self.namespace))


if __name__ == "__main__":
    serve(Faulty)
