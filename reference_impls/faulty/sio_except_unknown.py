"""S06: announces rooms.except, but takes skip for the sid of a client."""

from __future__ import annotations

from _socketio_base import announce, serve

announce("rooms.except")


if __name__ == "__main__":
    serve()
