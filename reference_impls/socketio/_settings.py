"""What the Socket.IO servers in Python are told by their command line and their environment."""

from __future__ import annotations

import argparse
import os
from typing import Any

OFFICIAL = os.environ.get("SIO_PROFILE") == "official"
"""Whether / is as the official test suite of the protocol wants it, which otherwise only /custom is."""
REDIS_URL = os.environ.get("REDIS_URL")
"""Where several processes of this server meet, to be one to their clients."""

CAPABILITIES = [
    *("rooms", "rooms.list", "rooms.members", "rooms.union", "rooms.close", "broadcast", "whisper", "echo"),
    *("server-ack", "server-ack.timeout", "server-disconnect", "presence", "session", "background", "slow"),
    *("error-isolation", "ns.chat", "official-ns", "refuse", *(["cluster"] if REDIS_URL else [])),
]


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "7788"))
    return parser.parse_args()


def server_settings() -> dict[str, Any]:
    """For socketio.Server and socketio.AsyncServer."""
    cors = os.environ.get("NETCONFORM_CORS")
    return {
        # The library tells its clients whole seconds only, so that is what it must keep.
        "ping_interval": max(1, number("NETCONFORM_PING_INTERVAL_MS", 25_000) // 1000),
        "ping_timeout": number("NETCONFORM_PING_TIMEOUT_MS", 20_000) / 1000,
        "max_http_buffer_size": number("NETCONFORM_MAX_PAYLOAD", 1_000_000),
        "cors_allowed_origins": cors.split(",") if cors and cors != "*" else cors,
        # By default what a connect handler emits comes before the reply to CONNECT, which the official
        # suite does not take. Here the reply comes first; so a client cannot be refused by it any more.
        "always_connect": OFFICIAL,
    }


def number(name: str, otherwise: int) -> int:
    return int(os.environ.get(name, otherwise))


def names(given: Any) -> list[Any]:
    """The rooms or sids that are meant, one or several: never None or "", nor an empty list, for to the
    library these mean everybody."""
    return [name for name in (given if isinstance(given, list) else [given]) if name not in (None, "")]
