"""S40: keeps the counter of its questions under the id 0, as the library does, where clients reach it."""

from __future__ import annotations

import socketio
from _socketio_base import serve

if __name__ == "__main__":
    serve(manager=socketio.Manager)
