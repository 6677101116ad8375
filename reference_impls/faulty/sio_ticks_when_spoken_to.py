"""S31: what a background task emits goes out when its client sends something."""

from __future__ import annotations

from collections import defaultdict

from _socketio_base import Main, serve

waiting: defaultdict[str, list[int]] = defaultdict(list)


class Faulty(Main):
    def trigger_event(self, event, sid, *args):
        for number in waiting.pop(sid, ()):
            self.emit("tick", number, to=sid)
        return super().trigger_event(event, sid, *args)

    def on_countdown(self, sid, data):
        def count():
            for number in range(data["n"], -1, -1):
                waiting[sid].append(number)

        self.server.start_background_task(count)
        return "ok"


if __name__ == "__main__":
    serve(Faulty)
