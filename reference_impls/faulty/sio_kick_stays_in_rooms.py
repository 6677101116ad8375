"""S21: a kicked client is disconnected, and still in its rooms."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_kick(self, sid, data):
        kicked, manager = data["sid"], self.server.manager
        connection = manager.eio_sid_from_sid(kicked, self.namespace)
        rooms = [room for room in self.rooms(kicked) or [] if room != kicked]
        self.disconnect(kicked)
        for room in rooms:
            manager.basic_enter_room(kicked, self.namespace, room, eio_sid=connection)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
