"""S25: the others get each reply twice."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_message(self, sid, *args):
        super().on_message(sid, *args)
        self.emit("reply", {"message": "hello", "sid": sid}, skip_sid=sid)


if __name__ == "__main__":
    serve(Faulty)
