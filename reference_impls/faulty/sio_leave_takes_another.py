"""S33: who leaves a room takes another member out of it."""

from __future__ import annotations

from _socketio_base import Main, names, serve


class Faulty(Main):
    def on_leave(self, sid, data):
        for room in names(data["room"]):
            members = [one for one, _ in self.server.manager.get_participants(self.namespace, room)]
            self.leave_room(members[-1] if members else sid, room)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
