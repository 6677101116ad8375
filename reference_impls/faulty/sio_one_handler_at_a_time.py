"""S30: one lock for all handlers, held while one of them waits."""

from __future__ import annotations

import threading

from _socketio_base import Main, serve

lock = threading.RLock()


class Faulty(Main):
    def trigger_event(self, event, *args):
        with lock:
            return super().trigger_event(event, *args)


if __name__ == "__main__":
    serve(Faulty)
