"""S30: acknowledges the asker when the answer has come, and does nothing for him before."""

from __future__ import annotations

import threading

from _socketio_base import Main, serve


class Faulty(Main):
    def on_ask(self, sid, data):
        came = threading.Event()

        def answered(*answer):
            came.set()
            self.emit("answered", {"by": data["to"], "answer": list(answer)}, to=sid)

        self.emit("question", data["q"], to=data["to"], callback=answered)
        came.wait(2)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
