"""S48: makes a text of every value that it keeps."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_set(self, sid, data):
        return super().on_set(sid, {**data, "value": str(data["value"])})


if __name__ == "__main__":
    serve(Faulty)
