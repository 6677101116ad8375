"""S35: tells of a kicked client in the handler of the kick too."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_kick(self, sid, data):
        self.emit("removeChat", data["sid"], skip_sid=data["sid"])
        return super().on_kick(sid, data)


if __name__ == "__main__":
    serve(Faulty)
