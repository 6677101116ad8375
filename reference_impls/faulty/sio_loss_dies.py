"""S35: dies when a connection is lost: its disconnect handler knows only clients that say goodbye."""

from __future__ import annotations

import os

from _socketio_base import Main, serve


class Faulty(Main):
    def on_disconnect(self, sid, reason):
        if reason != self.server.reason.CLIENT_DISCONNECT:
            os._exit(1)
        super().on_disconnect(sid, reason)


if __name__ == "__main__":
    serve(Faulty)
