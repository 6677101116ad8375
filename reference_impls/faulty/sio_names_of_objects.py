"""S19: refuses the names that every JavaScript object has, such as __proto__ and constructor."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def on_join(self, sid, data):
        inherited = ("__proto__", "constructor", "toString")
        return super().on_join(sid, {"room": [room for room in names(data["room"]) if room not in inherited]})


if __name__ == "__main__":
    serve(Faulty)
