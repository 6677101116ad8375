"""The chat server of the tutorial: everybody hears who comes, and can send something to one of them.

python socketio_tutorial.py --port 7788
"""

from __future__ import annotations

import argparse
import os

import socketio
from werkzeug.serving import run_simple

sio = socketio.Server(async_mode="threading")


@sio.event
def connect(sid, environ):
    print("connect", sid, flush=True)
    sio.emit("addChat", sid)


@sio.event
def message(sid, data):
    print("message", sid, data, flush=True)
    sio.emit("reply", {"message": "hello", "sid": sid})


@sio.event
def sendMessage(sid, data):
    sio.emit("reply", data.get("content"), room=data.get("destId"))


@sio.event
def disconnect(sid, reason):
    print("disconnect", sid, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "7788"))
    options = parser.parse_args()
    run_simple(options.host, options.port, socketio.WSGIApp(sio), threaded=True)
