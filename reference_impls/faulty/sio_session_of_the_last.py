"""S48: a new client gets the session of the one that has gone last."""

from __future__ import annotations

from _socketio_base import Main, serve

last: dict[str, object] = {}


class Faulty(Main):
    def on_connect(self, sid, environ, auth=None):
        self.save_session(sid, dict(last))
        last.clear()
        super().on_connect(sid, environ, auth)

    def on_disconnect(self, sid, reason):
        last.update(self.get_session(sid))
        super().on_disconnect(sid, reason)


if __name__ == "__main__":
    serve(Faulty)
