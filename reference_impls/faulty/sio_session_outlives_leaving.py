"""S48: keeps the session of who has left as long as the connection, as python-socketio does."""

from __future__ import annotations

from _socketio_base import LibraryMain, Main, serve


class Faulty(Main):
    on_disconnect = LibraryMain.on_disconnect


if __name__ == "__main__":
    serve(Faulty)
