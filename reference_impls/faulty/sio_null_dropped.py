"""S28: sends nothing where the content is null."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_sendMessage(self, sid, data):
        if data.get("content") is not None:
            super().on_sendMessage(sid, data)


if __name__ == "__main__":
    serve(Faulty)
