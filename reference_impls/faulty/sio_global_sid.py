"""S04: keeps the sender's sid in a global variable, which the next sender changes."""

from __future__ import annotations

import time

from _socketio_base import Main, serve


class Faulty(Main):
    speaker = ""

    def on_message(self, sid, *args):
        Faulty.speaker = sid
        time.sleep(0.001)
        self.emit("reply", {"message": "hello", "sid": self.speaker})


if __name__ == "__main__":
    serve(Faulty, async_handlers=True)
