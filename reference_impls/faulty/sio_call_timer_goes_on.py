"""S27: tells the end of the time also of a question that was answered."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_ask(self, sid, data):
        is_over = []

        def answered(*answer):
            if not is_over:
                self.emit("answered", {"by": data["to"], "answer": list(answer)}, to=sid)

        def wait(seconds):
            self.server.sleep(seconds)
            is_over.append(True)
            self.emit("unanswered", {"by": data["to"]}, to=sid)

        self.emit("question", data["q"], to=data["to"], callback=answered)
        if timeout := data.get("timeout"):
            self.server.start_background_task(wait, timeout / 1000)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
