"""S26: a join that is not as it should be ends the process."""

from __future__ import annotations

import os

from _socketio_base import Main, serve


class Faulty(Main):
    def on_join(self, *args):
        try:
            return super().on_join(*args)
        except Exception:
            os._exit(1)


if __name__ == "__main__":
    serve(Faulty)
