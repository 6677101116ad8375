"""S14: an unknown room among several is an error, and the others get nothing."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def on_say(self, sid, data):
        known = {room for room, members in self.server.manager.rooms[self.namespace].items() if members}
        if len(names(data["room"])) > 1 and not known.issuperset(names(data["room"])):
            return "ok"
        return super().on_say(sid, data)


if __name__ == "__main__":
    serve(Faulty)
