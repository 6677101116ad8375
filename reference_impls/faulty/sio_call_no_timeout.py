"""S27: waits for an answer for ever."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_ask(self, sid, data):
        return super().on_ask(sid, {**data, "timeout": None})


if __name__ == "__main__":
    serve(Faulty)
