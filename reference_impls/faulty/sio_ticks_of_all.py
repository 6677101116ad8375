"""S31: the countdowns of all clients count down one global number."""

from __future__ import annotations

from _socketio_base import Main, serve

number = 0


class Faulty(Main):
    def on_countdown(self, sid, data):
        global number
        number = data["n"]
        self.server.start_background_task(self.count, sid)
        return "ok"

    def count(self, sid):
        global number
        while number >= 0:
            self.emit("tick", number, to=sid)
            number -= 1
            self.server.sleep(0.001)


if __name__ == "__main__":
    serve(Faulty)
