"""S48: one session for all clients."""

from __future__ import annotations

from typing import Any

from _socketio_base import Main, serve

session: dict[str, Any] = {}


class Faulty(Main):
    def on_set(self, sid, data):
        session[data["key"]] = data["value"]
        return "ok"

    def on_get(self, sid, data):
        return session.get(data["key"])


if __name__ == "__main__":
    serve(Faulty)
