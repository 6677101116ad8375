"""S37: a client that comes back has its sid and its rooms again, and gets nothing of what it has missed."""

from __future__ import annotations

import socketio
from _socketio_base import Main, announce, serve
from socketio.packet import CONNECT

kept: dict[str, list[str]] = {}
"""The rooms of the clients that have gone, by their sids, which are their pids too."""


class Manager(socketio.Manager):
    def emit(self, event, data, namespace, callback=None, **options):
        arguments = data if isinstance(data, tuple) else (data,)
        offset = () if callback else ("offset",)
        super().emit(event, (*arguments, *offset), namespace, callback=callback, **options)


class Server(socketio.Server):
    def _send_packet(self, eio_sid, pkt):
        if pkt.packet_type == CONNECT:
            pkt.data["pid"] = pkt.data["sid"]
        super()._send_packet(eio_sid, pkt)

    def _handle_connect(self, eio_sid, namespace, data):
        pid = data.get("pid") if isinstance(data, dict) else None
        rooms = kept.pop(pid, [])
        if rooms:
            self.eio.generate_id = lambda: pid
        super()._handle_connect(eio_sid, namespace, data)
        for room in rooms:
            self.manager.enter_room(pid, namespace or "/", room)


class FaultyMain(Main):
    def on_connect(self, sid, environ, auth=None):
        self.server.eio.__dict__.pop("generate_id", None)
        super().on_connect(sid, environ, auth)

    def on_disconnect(self, sid, reason):
        kept[sid] = self.rooms(sid)
        super().on_disconnect(sid, reason)


if __name__ == "__main__":
    announce("recovery")
    serve(FaultyMain, manager=Manager, server=Server)
