"""S27: passes on an answer that comes after the end of its time."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_ask(self, sid, data):
        def wait(seconds):
            self.server.sleep(seconds)
            if to_come:
                self.emit("unanswered", {"by": data["to"]}, to=sid)

        def answered(*answer):
            to_come.clear()
            self.emit("answered", {"by": data["to"], "answer": list(answer)}, to=sid)

        to_come = [data["to"]]
        self.emit("question", data["q"], to=data["to"], callback=answered)
        if timeout := data.get("timeout"):
            self.server.start_background_task(wait, timeout / 1000)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
