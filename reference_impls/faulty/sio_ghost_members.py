"""S34: answers members from a list of its own, in which clients stay that are lost."""

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

    def on_disconnect(self, sid, reason):
        if reason == self.server.reason.CLIENT_DISCONNECT:
            for room in self.rooms(sid):
                inside[room].discard(sid)
        super().on_disconnect(sid, reason)

    def on_members(self, sid, data):
        return sorted(inside[data["room"]])


if __name__ == "__main__":
    serve(Faulty)
