"""S32: handles each event in a thread of its own, and every other one a moment later."""

from __future__ import annotations

import itertools
import time

from _socketio_base import Main, serve


class Faulty(Main):
    turn = itertools.count()

    def later(self):
        time.sleep(0.003 * (next(self.turn) % 2))

    def on_say(self, sid, data):
        if str(data["text"]).isdigit():
            self.later()
        return super().on_say(sid, data)

    def on_sendMessage(self, sid, data):
        if str(data.get("content"))[-1:].isdigit():
            self.later()
        super().on_sendMessage(sid, data)


if __name__ == "__main__":
    serve(Faulty, async_handlers=True)
