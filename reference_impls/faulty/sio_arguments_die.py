"""S26: dies when what sendMessage brings is no object."""

from __future__ import annotations

import os

from _socketio_base import Main, serve


class Faulty(Main):
    def on_sendMessage(self, sid, data=None, *more):
        if not isinstance(data, dict):
            os._exit(1)
        super().on_sendMessage(sid, data)


if __name__ == "__main__":
    serve(Faulty)
