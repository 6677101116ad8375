"""S05: replies to the sender alone."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_message(self, sid, *args):
        self.emit("reply", {"message": "hello", "sid": sid}, to=sid)


if __name__ == "__main__":
    serve(Faulty)
