"""S28: makes a text of every content."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_sendMessage(self, sid, data):
        content = data.get("content")
        super().on_sendMessage(sid, {**data, "content": str(content)})


if __name__ == "__main__":
    serve(Faulty)
