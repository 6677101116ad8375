"""S07: a private message goes to everybody."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_sendMessage(self, sid, data):
        if data.get("destId"):
            self.emit("reply", data.get("content"))


if __name__ == "__main__":
    serve(Faulty)
