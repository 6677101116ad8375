"""Two nodes of the Socket.IO contract's server; a faulty one gives `serve` another `manager`.

Who imports this is run three times: the first one starts the nodes, and needs nothing of what they load.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "socketio"))

from _cluster import serve_cluster
from _settings import parse_options

if "REDIS_URL" not in os.environ:
    serve_cluster(Path(sys.argv[0]).resolve(), parse_options())
    sys.exit("a node has ended")

from _socketio_base import Main, serve
from socketio import Manager, RedisManager

__all__ = ["Main", "Manager", "RedisManager", "serve"]
