"""S06: the sender never gets what is said in the room."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_say(self, sid, data):
        return super().on_say(sid, {**data, "others": True})


if __name__ == "__main__":
    serve(Faulty)
