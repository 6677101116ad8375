"""S08: looks destId up in its list of clients: rooms are unknown to it."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_sendMessage(self, sid, data):
        if data.get("destId") in [
            one for one, _ in self.server.manager.get_participants(self.namespace, None)
        ]:
            super().on_sendMessage(sid, data)


if __name__ == "__main__":
    serve(Faulty)
