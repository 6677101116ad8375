"""S08: the sender gets a copy of his own private message."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_whisper(self, sid, data):
        super().on_whisper(sid, data)
        return super().on_whisper(sid, {**data, "to": sid})


if __name__ == "__main__":
    serve(Faulty)
