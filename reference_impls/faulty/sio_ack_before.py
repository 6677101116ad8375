"""S27: acknowledges that a client has joined, and lets it join a little later."""

from __future__ import annotations

import threading

from _socketio_base import Main, serve


class Faulty(Main):
    def on_join(self, sid, data):
        later = super().on_join
        threading.Timer(0.2, later, (sid, data)).start()
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
