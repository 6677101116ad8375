"""A right Socket.IO server with python-socketio and eventlet: a green thread for each request and event.

    python socketio_eventlet.py --port 7788

The app is in _contract.py. Eventlet itself speaks WebSocket.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()  # before all other imports, which would keep the functions that block everybody

import signal

import eventlet.wsgi
import socketio
from _contract import new_server
from _settings import parse_options

if __name__ == "__main__":
    options = parse_options()
    # Both signals end the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    app = socketio.WSGIApp(new_server("eventlet"))
    eventlet.wsgi.server(eventlet.listen((options.host, options.port)), app, log_output=False)
