"""S33: when a client is lost, another one is removed from the list of members."""

from __future__ import annotations

from collections import defaultdict

from _socketio_base import Main, names, serve

inside: defaultdict[str, list[str]] = defaultdict(list)


class Faulty(Main):
    def on_join(self, sid, data):
        for room in names(data["room"]):
            if sid not in inside[room]:
                inside[room].append(sid)
        return super().on_join(sid, data)

    def on_leave(self, sid, data):
        for room in names(data["room"]):
            inside[room] = [one for one in inside[room] if one != sid]
        return super().on_leave(sid, data)

    def on_disconnect(self, sid, reason):
        for room in self.rooms(sid):
            others = [one for one in inside[room] if one != sid]
            if sid in inside[room]:
                inside[room].remove(others[-1] if others else sid)
        super().on_disconnect(sid, reason)

    def on_members(self, sid, data):
        connected = [one for one, _ in self.server.manager.get_participants(self.namespace, None)]
        return sorted(one for one in inside[data["room"]] if one in connected)


if __name__ == "__main__":
    serve(Faulty)
