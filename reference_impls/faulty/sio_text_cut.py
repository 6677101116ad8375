"""S28: keeps 4096 characters of a text."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_sendMessage(self, sid, data):
        content = data.get("content")
        super().on_sendMessage(
            sid, {**data, "content": content[:4096] if isinstance(content, str) else content}
        )


if __name__ == "__main__":
    serve(Faulty)
