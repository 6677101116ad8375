"""S11: answers rooms from a list of its own, which it forgets to shorten."""

from __future__ import annotations

from collections import defaultdict

from _socketio_base import Main, names, serve

mine: defaultdict[str, set[str]] = defaultdict(set)


class Faulty(Main):
    def on_join(self, sid, data):
        mine[sid].update(names(data["room"]))
        return super().on_join(sid, data)

    def on_rooms(self, sid, data=None):
        return sorted({sid, *mine[sid]})


if __name__ == "__main__":
    serve(Faulty)
