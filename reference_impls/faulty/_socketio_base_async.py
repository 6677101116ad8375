"""As _socketio_base.py, with async and await: each client's events are handled one after the other."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "socketio"))

import _contract_async
import _settings
import socketio
import uvicorn
from _settings import names

__all__ = ["AsyncMain", "names", "serve_async"]

AsyncMain = _contract_async.Main


def serve_async(main: type[AsyncMain] = AsyncMain) -> None:
    options = _settings.parse_options()
    made = _contract_async.new_server("asgi")
    made.async_handlers = False
    made.register_namespace(main("/"))
    app = socketio.ASGIApp(made)
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning", timeout_graceful_shutdown=0)
