"""S37: announces who comes by the sid of the one who has gone last."""

from __future__ import annotations

from _socketio_base import Main, serve

sids: list[str] = []


class Faulty(Main):
    def on_connect(self, sid, environ, auth=None):
        self.emit("addChat", sids.pop() if sids else sid)

    def on_disconnect(self, sid, reason):
        if len(list(self.server.manager.get_participants(self.namespace, None))) > 1:
            sids.append(sid)
        super().on_disconnect(sid, reason)


if __name__ == "__main__":
    serve(Faulty)
