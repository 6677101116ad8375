"""The Socket.IO contract served rightly; a faulty server replaces the piece that is its defect.

Each client's events are handled one after the other, so that what such a server does wrong it does in every run.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
import types
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "socketio"))


class Unused(types.ModuleType):
    """Its names mean nothing."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return object


# What the library and Werkzeug load, and no server here uses: three quarters of the time to start.
UNUSED = (
    *("engineio.async_client", "engineio.async_drivers.asgi", "engineio.async_drivers.tornado"),
    *("engineio.async_server", "engineio.client", "simple_websocket.aiows"),
    *("socketio.asgi", "socketio.async_aiopika_manager", "socketio.async_client", "socketio.async_manager"),
    *("socketio.async_namespace", "socketio.async_redis_manager", "socketio.async_server"),
    *("socketio.async_simple_client", "socketio.client", "socketio.simple_client"),
    *([] if "REDIS_URL" in os.environ else ["socketio.redis_manager"]),
    *("werkzeug.test", "werkzeug.wrappers"),
)
sys.modules.update({name: Unused(name) for name in UNUSED})

import _contract
import _settings
import simple_websocket  # without it there would be long-polling only, and no word about it
import socketio
from _contract import Chat
from _contract import Main as LibraryMain
from _settings import names
from socketio.packet import ACK, BINARY_ACK
from werkzeug.serving import run_simple


class Main(LibraryMain):
    """It meets the checks for information too: nobody leaves his own room, an event called connect, which
    for the library is as good as a connection, is none, and who leaves the namespace leaves nothing there."""

    def on_connect(self, sid, environ, auth=None):
        if "REQUEST_METHOD" in environ:
            super().on_connect(sid, environ, auth)

    def on_disconnect(self, sid, reason):
        if reason == self.server.reason.CLIENT_DISCONNECT:
            self.save_session(sid, {})
        super().on_disconnect(sid, reason)

    def on_leave(self, sid, data):
        return super().on_leave(sid, {"room": [room for room in names(data["room"]) if room != sid]})


HEAD = re.compile(r"(?P<kind>[0-6])(?:[0-9]+-)?(?:/[^,]*,?)?(?P<id>[0-9]*)(?P<payload>.?)", re.DOTALL)
"""What stands before the payload, and its first character."""


class Server(socketio.Server):
    """It meets what the library deviates from: the end of a session whose packets cannot be decoded."""

    def _handle_eio_message(self, eio_sid, data):
        if isinstance(data, str) and not self.can_be_decoded(data):
            return self.eio.disconnect(eio_sid)
        return super()._handle_eio_message(eio_sid, data)

    def can_be_decoded(self, text):
        head = HEAD.match(text)
        return bool(head) and head["payload"] in ("", "[") + (("{",) if head["kind"] not in "36" else ())

    def _send_packet(self, eio_sid, pkt):
        if pkt.packet_type in (ACK, BINARY_ACK):
            self.send_ack(eio_sid, pkt)
        else:
            super()._send_packet(eio_sid, pkt)

    def send_ack(self, eio_sid, pkt):
        super()._send_packet(eio_sid, pkt)


class Manager(socketio.Manager):
    """It gives the id 0 to no question. The library keeps its counter of questions there."""

    def trigger_callback(self, sid, id, data):
        if id != 0:
            super().trigger_callback(sid, id, data)


def serve(
    main: type[Chat] = Main,
    chat: type[Chat] = Chat,
    manager: type[socketio.Manager] = Manager,
    server: type[socketio.Server] = Server,
    **attributes: Any,
) -> None:
    """`main` is the app on /, `chat` the one on /chat; `manager` keeps clients and rooms, of a node by way of
    Redis. `attributes` are the server's."""
    options = _settings.parse_options()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    made = _contract.new_server("threading")
    made.__class__ = server
    made.eio.on("message", made._handle_eio_message)
    made.eio.on("disconnect", made._handle_eio_disconnect)
    for one in (main("/"), chat("/chat")):
        made.register_namespace(one)
    if _settings.REDIS_URL:
        made.manager.__class__ = manager  # it hears the other nodes already
    else:
        made.manager = manager()
        made.manager.set_server(made)
    for name, value in {"async_handlers": False, **attributes}.items():
        setattr(made, name, value)
    run_simple(options.host, options.port, socketio.WSGIApp(made), threaded=True)


def announce(*more: str, without: tuple[str, ...] = ()) -> None:
    """Announce capabilities that the contract's server lacks, or conceal some of its own."""
    caps = _settings.CAPABILITIES
    caps[:] = [*(cap for cap in caps if cap not in without), *more]
