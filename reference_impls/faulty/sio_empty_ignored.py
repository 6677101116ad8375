"""S26: takes an empty message for none."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    def on_message(self, sid, *args):
        if not args or args[0]:
            super().on_message(sid, *args)


if __name__ == "__main__":
    serve(Faulty)
