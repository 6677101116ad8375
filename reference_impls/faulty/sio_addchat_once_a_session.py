"""S37: announces a session once, not each time that it connects."""

from __future__ import annotations

from _socketio_base import Main, serve

known: set[str] = set()


class Faulty(Main):
    def on_connect(self, sid, environ, auth=None):
        engine = self.server.manager.eio_sid_from_sid(sid, self.namespace)
        if engine not in known:
            known.add(engine)
            super().on_connect(sid, environ, auth)


if __name__ == "__main__":
    serve(Faulty)
