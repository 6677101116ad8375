"""S45: says to one member after the other, and fails at the first one that has gone."""

from __future__ import annotations

from collections import defaultdict

from _socketio_base import Main, names, serve

inside: defaultdict[str, set[str]] = defaultdict(set)


class Faulty(Main):
    def on_join(self, sid, data):
        for room in names(data["room"]):
            inside[room].add(sid)
        return super().on_join(sid, data)

    def on_leave(self, sid, data):
        for room in names(data["room"]):
            inside[room].discard(sid)
        return super().on_leave(sid, data)

    def on_say(self, sid, data):
        said = {"room": data["room"], "text": data["text"], "from": sid}
        connected = [one for one, _ in self.server.manager.get_participants(self.namespace, None)]
        for one in sorted(inside[data["room"]], key=connected.__contains__):
            if one not in connected:
                raise ConnectionError(one)
            self.emit("said", said, to=one)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
