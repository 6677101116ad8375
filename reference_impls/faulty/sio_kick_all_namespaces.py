"""S21: a kick ends the connection, and the client is out of all namespaces."""

from __future__ import annotations

from _socketio_base import Chat, serve


class Faulty(Chat):
    def on_kick(self, sid, data):
        connection = self.server.manager.eio_sid_from_sid(data["sid"], self.namespace)
        if connection:
            self.server.eio.sockets[connection].close(wait=False)
        return "ok"


if __name__ == "__main__":
    serve(chat=Faulty)
