"""S29: makes Base64 of bytes."""

from __future__ import annotations

import base64

from _socketio_base import Main, serve


class Faulty(Main):
    def on_sendMessage(self, sid, data):
        content = data.get("content")
        super().on_sendMessage(
            sid,
            {
                **data,
                "content": base64.b64encode(content).decode() if isinstance(content, bytes) else content,
            },
        )


if __name__ == "__main__":
    serve(Faulty)
