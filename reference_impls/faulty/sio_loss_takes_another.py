"""S33: when a client is lost, the one that came after it is forgotten instead."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_disconnect(self, sid, reason):
        clients = [one for one, _ in self.server.manager.get_participants(self.namespace, None)]
        after = clients[clients.index(sid) + 1 :]
        if after and reason != self.server.reason.CLIENT_DISCONNECT:
            self.leave_room(after[0], None)
        super().on_disconnect(sid, reason)


if __name__ == "__main__":
    serve(Faulty)
