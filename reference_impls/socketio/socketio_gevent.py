"""A right Socket.IO server with python-socketio and gevent: a greenlet for each request and event.

    python socketio_gevent.py --port 7788

The app is in _contract.py. gevent-websocket speaks WebSocket.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()  # before all other imports, which would keep the functions that block everybody

import signal

import socketio
from _contract import new_server
from _settings import parse_options
from gevent.pywsgi import WSGIServer
from geventwebsocket.handler import WebSocketHandler

if __name__ == "__main__":
    options = parse_options()
    # Both signals end the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    app = socketio.WSGIApp(new_server("gevent"))
    WSGIServer((options.host, options.port), app, log=None, handler_class=WebSocketHandler).serve_forever()
