"""S04: remembers the reply to a text until somebody comes, whoever sends it."""

from __future__ import annotations

from _socketio_base import Main, serve

replies: dict[str, dict[str, str]] = {}


class Faulty(Main):
    def on_connect(self, sid, environ, auth=None):
        replies.clear()
        super().on_connect(sid, environ, auth)

    def on_message(self, sid, *args):
        self.emit("reply", replies.setdefault(str(args), {"message": "hello", "sid": sid}))


if __name__ == "__main__":
    serve(Faulty)
