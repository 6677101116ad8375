"""S33: with a client that is lost, the one that came into its rooms first is put out of them."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_disconnect(self, sid, reason):
        if reason == self.server.reason.TRANSPORT_CLOSE:
            for room in self.rooms(sid):
                first, _ = next(self.server.manager.get_participants(self.namespace, room))
                self.leave_room(first, room)
        super().on_disconnect(sid, reason)


if __name__ == "__main__":
    serve(Faulty)
