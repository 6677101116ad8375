"""S37: what is for a client that has gone goes to the one that has come instead."""

from __future__ import annotations

from _socketio_base import Main, names, serve

gone: list[str] = []
heirs: dict[str, str] = {}


class Faulty(Main):
    def on_connect(self, sid, environ, auth=None):
        if gone:
            heirs[gone.pop()] = sid
        super().on_connect(sid, environ, auth)

    def on_disconnect(self, sid, reason):
        gone.append(sid)
        super().on_disconnect(sid, reason)

    def emit_to(self, target, event, data, **options):
        super().emit_to([heirs.get(one, one) for one in names(target)], event, data, **options)


if __name__ == "__main__":
    serve(Faulty)
