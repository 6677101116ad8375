"""S37: puts who comes from an address into the rooms that the last one from there was in."""

from __future__ import annotations

from _socketio_base import Main, serve

kept: dict[str, list[str]] = {}
addresses: dict[str, str] = {}


class Faulty(Main):
    def on_connect(self, sid, environ, auth=None):
        for room in kept.get(environ["REMOTE_ADDR"], ()):
            self.enter_room(sid, room)
        addresses[sid] = environ["REMOTE_ADDR"]
        super().on_connect(sid, environ, auth)

    def on_disconnect(self, sid, reason):
        kept[addresses[sid]] = [room for room in self.rooms(sid) if room != sid]
        super().on_disconnect(sid, reason)


if __name__ == "__main__":
    serve(Faulty)
