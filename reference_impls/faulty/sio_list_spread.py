"""S28: a list becomes the arguments of the event."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_sendMessage(self, sid, data):
        content = data.get("content")
        super().on_sendMessage(
            sid, {**data, "content": tuple(content) if isinstance(content, list) else content}
        )


if __name__ == "__main__":
    serve(Faulty)
