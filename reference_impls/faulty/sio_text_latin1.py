"""S28: takes the UTF-8 of a text for Latin-1."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_sendMessage(self, sid, data):
        content = data.get("content")
        super().on_sendMessage(
            sid,
            {**data, "content": content.encode().decode("latin-1") if isinstance(content, str) else content},
        )


if __name__ == "__main__":
    serve(Faulty)
