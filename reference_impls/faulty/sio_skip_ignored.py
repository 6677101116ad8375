"""S06: ignores skip: that client gets it too."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_say(self, sid, data):
        return super().on_say(sid, {**data, "skip": None})


if __name__ == "__main__":
    serve(Faulty)
