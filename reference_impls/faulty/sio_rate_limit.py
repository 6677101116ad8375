"""S32: drops what a client sends after its 50th event."""

from __future__ import annotations

from collections import Counter

from _socketio_base import Main, serve

count: Counter[str] = Counter()


class Faulty(Main):
    def on_message(self, sid, *args):
        count[sid] += 1
        if count[sid] <= 50:
            super().on_message(sid, *args)


if __name__ == "__main__":
    serve(Faulty)
