"""S26: an error in a handler leaves the lock of all handlers locked."""

from __future__ import annotations

import threading

from _socketio_base import Main, serve

lock = threading.Lock()


class Faulty(Main):
    def trigger_event(self, event, *args):
        if event in ("slow", "connect", "disconnect"):
            return super().trigger_event(event, *args)
        lock.acquire()
        result = super().trigger_event(event, *args)
        lock.release()
        return result


if __name__ == "__main__":
    serve(Faulty)
