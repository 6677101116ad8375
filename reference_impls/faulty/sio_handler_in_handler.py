"""S25: each message registers the handler of private messages once more."""

from __future__ import annotations

from collections import Counter

from _socketio_base import Main, serve

registered: Counter[str] = Counter()


class Faulty(Main):
    def on_message(self, sid, *args):
        registered[sid] += 1
        super().on_message(sid, *args)

    def on_sendMessage(self, sid, data):
        for _ in range(max(1, registered[sid])):
            super().on_sendMessage(sid, data)


if __name__ == "__main__":
    serve(Faulty)
