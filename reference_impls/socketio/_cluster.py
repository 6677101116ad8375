"""Redis and two nodes of a server, which find each other by it: started in an order that makes them ready
together, and ended together."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

LONGEST_START = 10.0
"""Seconds for each of them."""


def serve_cluster(node: Path, options: argparse.Namespace) -> None:
    """The first node takes the port, and is started last: who finds it there finds a whole cluster. They end
    together, by a signal or when one of them ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    with contextlib.ExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory(prefix="cluster-"))
        at = f"{folder}/redis.sock"
        redis = ["redis-server", "--port", "0", "--unixsocket", at, "--save", "", "--dir", folder]
        running.enter_context(_process([*redis, "--loglevel", "warning"]))
        _await(lambda: _connects(socket.AF_UNIX, at))
        env = {**os.environ, "REDIS_URL": f"unix://{at}"}
        for port in (_free_port(options.host), options.port or _free_port(options.host)):
            command = [sys.executable, str(node), "--host", options.host, "--port", str(port)]
            running.enter_context(_process(command, {**env, "PORT": str(port)}))
            _await(lambda port=port: _connects(socket.AF_INET, (options.host, port)))
        os.wait()


@contextlib.contextmanager
def _process(command: list[str], env: dict[str, str] | None = None) -> Iterator[None]:
    process = subprocess.Popen(command, env=env)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _connects(family: int, address: object) -> bool:
    with socket.socket(family) as client:
        return client.connect_ex(address) == 0


def _await(ready) -> None:
    until = time.monotonic() + LONGEST_START
    while not ready():
        if time.monotonic() > until:
            sys.exit(f"a node or Redis does not listen after {LONGEST_START:.0f} s")
        time.sleep(0.01)


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as found:
        return found.getsockname()[1]
