"""S35: keeps who goes in a global variable, which the next one changes."""

from __future__ import annotations

import time

from _socketio_base import Main, serve

gone = ""


class Faulty(Main):
    def on_disconnect(self, sid, reason):
        global gone
        gone = sid
        time.sleep(0.05)  # takes the user out of a database
        self.emit("removeChat", gone, skip_sid=gone)


if __name__ == "__main__":
    serve(Faulty)
