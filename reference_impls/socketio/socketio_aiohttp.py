"""A right Socket.IO server with python-socketio and aiohttp: one event loop, a task for each event.

    python socketio_aiohttp.py --port 7788

The app is in _contract_async.py. aiohttp itself speaks WebSocket.
"""

from __future__ import annotations

from _contract_async import new_server
from _settings import parse_options
from aiohttp import web

if __name__ == "__main__":
    options = parse_options()
    app = web.Application()
    new_server("aiohttp").attach(app)
    # SIGINT and SIGTERM end it. It waits a moment for clients that stay; 0 would be for ever.
    web.run_app(app, host=options.host, port=options.port, print=None, access_log=None, shutdown_timeout=0.1)
