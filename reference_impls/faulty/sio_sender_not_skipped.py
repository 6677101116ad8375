"""S06: ignores others: the sender gets a copy."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_say(self, sid, data):
        return super().on_say(sid, {**data, "others": False})

    def on_broadcast(self, sid, data):
        return super().on_broadcast(sid, {**data, "others": False})


if __name__ == "__main__":
    serve(Faulty)
