"""S27: returns the values as a list, which is one value."""

from __future__ import annotations

from _socketio_base import Main, serve


class Faulty(Main):
    pass


setattr(Faulty, "on_message-with-ack", lambda self, sid, *values: list(values))


if __name__ == "__main__":
    serve(Faulty)
