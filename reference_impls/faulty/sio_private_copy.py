"""S08: the sender gets a copy of what he sends to one client."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_sendMessage(self, sid, data):
        super().on_sendMessage(sid, data)
        if data.get("destId"):
            self.emit("reply", data.get("content"), to=sid)


if __name__ == "__main__":
    serve(Faulty)
