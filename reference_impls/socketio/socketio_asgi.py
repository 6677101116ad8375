"""A right Socket.IO server with python-socketio and uvicorn: one event loop, a task for each event.

    python socketio_asgi.py --port 7788

The app is in _contract_async.py. websockets, which must be installed, speaks WebSocket.
"""

from __future__ import annotations

import socketio
import uvicorn
import websockets  # without it uvicorn would refuse every WebSocket
from _contract_async import new_server
from _settings import parse_options

if __name__ == "__main__":
    options = parse_options()
    # SIGINT and SIGTERM end it, and it does not wait for clients that stay.
    uvicorn.run(
        socketio.ASGIApp(new_server("asgi")),
        host=options.host,
        port=options.port,
        log_level="warning",
        timeout_graceful_shutdown=0,
    )
