"""S33: who kicks an unknown client kicks the last one that has come."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_kick(self, sid, data):
        connected = [one for one, _ in self.server.manager.get_participants(self.namespace, None)]
        self.disconnect(data["sid"] if data["sid"] in connected else connected[-1])
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
