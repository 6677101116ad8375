"""S27: makes an empty text of an answer that is nothing."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_get(self, sid, data):
        return super().on_get(sid, data) or ""


if __name__ == "__main__":
    serve(Faulty)
