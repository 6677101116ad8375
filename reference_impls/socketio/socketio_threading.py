"""A right Socket.IO server with python-socketio: Werkzeug's server, a thread for each request and event.

    python socketio_threading.py --port 7788

The app is in _contract.py. simple-websocket, which must be installed, speaks WebSocket.
"""

from __future__ import annotations

import logging
import signal

import simple_websocket  # without it there would be long-polling only, and no word about it
import socketio
from _contract import new_server
from _settings import parse_options
from werkzeug.serving import run_simple

if __name__ == "__main__":
    options = parse_options()
    # Both signals end the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line for each request
    run_simple(options.host, options.port, socketio.WSGIApp(new_server("threading")), threaded=True)
