"""S41: takes an event called connect for a connection, as python-socketio does, and announces the client again."""

from __future__ import annotations

from _socketio_base import LibraryMain, serve

if __name__ == "__main__":
    serve(LibraryMain)
