"""S31, S45: a background task that finds its client gone ends the process."""

from __future__ import annotations

import os

from _socketio_base import Main, serve


class Faulty(Main):
    def on_countdown(self, sid, data):
        def count():
            for number in range(data["n"], -1, -1):
                if not self.server.manager.is_connected(sid, self.namespace):
                    os._exit(1)
                self.emit("tick", number, to=sid)
                self.server.sleep(0.001)

        self.server.start_background_task(count)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
