"""S26: an exception in a handler ends the process, as in Node.js."""

from __future__ import annotations

import os

from _socketio_base import Main, serve


class Faulty(Main):
    def on_message(self, sid, data):
        super().on_message(sid, data)

    def trigger_event(self, event, *args):
        try:
            return super().trigger_event(event, *args)
        except Exception as exc:
            print(exc, flush=True)
            os._exit(1)


if __name__ == "__main__":
    serve(Faulty)
