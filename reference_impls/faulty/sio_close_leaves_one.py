"""S20: closing a room changes the list of members while it walks through it: one stays."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def on_close_room(self, sid, data):
        for room in names(data["room"]):
            members = [member for member, _ in self.server.manager.get_participants(self.namespace, room)]
            for member in members:
                self.leave_room(member, room)
                members.remove(member)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
