"""S09: kicking a client that is not there is an error, and not acknowledged."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_kick(self, sid, data):
        if not self.server.manager.is_connected(data["sid"], self.namespace):
            raise KeyError(data["sid"])
        return super().on_kick(sid, data)


if __name__ == "__main__":
    serve(Faulty)
