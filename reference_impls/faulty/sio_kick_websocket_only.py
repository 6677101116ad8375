"""S21: a client that polls is taken out of the namespace by a kick, and not told."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_kick(self, sid, data):
        connection = self.server.manager.eio_sid_from_sid(data["sid"], self.namespace)
        if connection and self.server.transport(data["sid"]) == "polling":
            self.server._handle_disconnect(connection, self.namespace, self.server.reason.SERVER_DISCONNECT)
            return "ok"
        return super().on_kick(sid, data)


if __name__ == "__main__":
    serve(Faulty)
