"""S20: closing a room disconnects its members."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def on_close_room(self, sid, data):
        for room in names(data["room"]):
            for member, _ in self.server.manager.get_participants(self.namespace, room):
                if member != sid:
                    self.disconnect(member)
                else:
                    self.leave_room(member, room)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
