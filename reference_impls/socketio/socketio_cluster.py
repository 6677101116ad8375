"""A right Socket.IO server of two processes, which are one to their clients: socketio_threading.py twice.

    python socketio_cluster.py --port 7788

Redis, which must be installed, carries between them what one emits to clients of the other. The first process
listens on that port, the second on any other.
"""

from __future__ import annotations

from pathlib import Path

from _cluster import serve_cluster
from _settings import parse_options

if __name__ == "__main__":
    serve_cluster(Path(__file__).with_name("socketio_threading.py"), parse_options())
