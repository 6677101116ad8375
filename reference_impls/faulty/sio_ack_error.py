"""S27: acknowledges an error of a handler as if it were an answer."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_boom(self, sid, data=None):
        try:
            super().on_boom(sid, data)
        except RuntimeError as exc:
            return {"error": str(exc)}


if __name__ == "__main__":
    serve(Faulty)
