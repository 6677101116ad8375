"""S08: nobody can write to himself."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_sendMessage(self, sid, data):
        if data.get("destId") != sid:
            super().on_sendMessage(sid, data)


if __name__ == "__main__":
    serve(Faulty)
