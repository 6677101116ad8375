"""S35: tells of a client when it leaves any namespace."""

from __future__ import annotations

from _socketio_base import Chat, serve


class Faulty(Chat):
    def on_disconnect(self, sid, reason):
        manager = self.server.manager
        gone = manager.sid_from_eio_sid(manager.eio_sid_from_sid(sid, self.namespace), "/")
        self.emit("removeChat", gone, skip_sid=gone, namespace="/")


if __name__ == "__main__":
    serve(chat=Faulty)
