"""A port that the instance may have: free, and nobody else's while it lives."""

from __future__ import annotations

import errno
import itertools
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import EnvironmentFault

WANTED = range(20000, 24000)
ANY = range(1024, 65536)
EPHEMERAL_IF_UNKNOWN = range(32768, 61000)


class PortLock:
    """The right to a port, until `release`. Other runs and parallel workers see it by a file's lock."""

    def __init__(self, port: int, lock: FileLock) -> None:
        self.port = port
        self._lock = lock

    def release(self) -> None:
        self._lock.release()


def lock_free_port() -> PortLock:
    """Choose a port and lock it. Raises EnvironmentFault when all of them are taken."""
    folder = Path(tempfile.gettempdir()) / f"netconform-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in _candidates():
        lock = FileLock(folder / f"{port}.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        if _bindable(port):
            return PortLock(port, lock)
        lock.release()
    raise EnvironmentFault("no free port is left for a server; stop some of the running ones")


def _candidates() -> Iterator[int]:
    """Ports that the kernel gives to no outgoing connection: such a one could be taken between our
    look and the server's bind()."""
    ephemeral = ephemeral_range()
    ports = [port for port in WANTED if port not in ephemeral] or [p for p in ANY if p not in ephemeral]
    start = random.randrange(len(ports)) if ports else 0  # noqa: S311 - spreads parallel workers
    yield from ports[start:]
    yield from ports[:start]


def ephemeral_range() -> range:
    """The ports of outgoing connections (ip(7), ip_local_port_range)."""
    try:
        low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    except OSError:
        return EPHEMERAL_IF_UNKNOWN
    return range(low, high + 1)


def _bindable(port: int) -> bool:
    """By a server that does not set SO_REUSEADDR, on all addresses, for TCP and for UDP."""
    families = ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::"))  # noqa: S104 - not listening
    for kind, (family, host) in itertools.product((socket.SOCK_STREAM, socket.SOCK_DGRAM), families):
        try:
            with socket.socket(family, kind) as probe:
                probe.bind((host, port))
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE:
                return False
    return True
