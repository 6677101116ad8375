"""S37: asks a new connection what the one that has gone has not answered."""

from __future__ import annotations

from _socketio_base import Main, serve

open_questions: dict[str, tuple] = {}
left: list[tuple] = []


class Faulty(Main):
    def on_ask(self, sid, data):
        if "timeout" not in data:
            open_questions[data["to"]] = (sid, data)
        return super().on_ask(sid, data)

    def emit(self, event, data=None, **options):
        if event == "answered":
            open_questions.pop(data["by"], None)
        super().emit(event, data, **options)

    def on_disconnect(self, sid, reason):
        if sid in open_questions:
            left.append(open_questions.pop(sid))
        super().on_disconnect(sid, reason)

    def on_connect(self, sid, environ, auth=None):
        super().on_connect(sid, environ, auth)
        while left:
            asker, data = left.pop()
            self.on_ask(asker, {**data, "to": sid})


if __name__ == "__main__":
    serve(Faulty)
