"""S41: dies when the disconnect handler is called for a client that stays."""

from __future__ import annotations

import os

from _socketio_base import Main, serve

gone: set[str] = set()


class Faulty(Main):
    def on_disconnect(self, sid, reason):
        if sid in gone:
            os._exit(1)
        gone.add(sid)
        super().on_disconnect(sid, reason)


if __name__ == "__main__":
    serve(Faulty)
