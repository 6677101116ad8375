"""S48: one session for all namespaces of a connection."""

from __future__ import annotations

from _socketio_base import Chat, Main, serve


class Faulty(Chat):
    def on_set(self, sid, data):
        connection = self.server.manager.eio_sid_from_sid(sid, self.namespace)
        self.server.eio.get_session(connection).setdefault("/", {})[data["key"]] = data["value"]
        return "ok"

    def on_get(self, sid, data):
        connection = self.server.manager.eio_sid_from_sid(sid, self.namespace)
        return self.server.eio.get_session(connection).get("/", {}).get(data["key"])


class FaultyMain(Faulty, Main):
    pass


if __name__ == "__main__":
    serve(FaultyMain, Faulty)
