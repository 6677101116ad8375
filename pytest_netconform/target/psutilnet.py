"""Sockets by psutil, where there is neither netlink nor /proc. Not tried on any such system.

Some 30 milliseconds a look. It knows the processes' own sockets only: no accept queue, no bytes, and
not what a process has closed.
"""

from __future__ import annotations

from collections.abc import Iterator

import psutil

from .sockets import OPEN_TO_ALL, AcceptQueue, Connection, Endpoint, Pids, Transport


class PsutilTable:
    """A SocketTable that asks process by process."""

    def listening(self, pids: Pids) -> list[Endpoint]:
        return [found for found in _endpoints(pids, "tcp") if found.state == "LISTEN"]

    def udp(self, pids: Pids) -> list[Endpoint]:
        return [found for found in _endpoints(pids, "udp") if found.state == OPEN_TO_ALL]

    def on_port(self, port: int, transport: Transport = "tcp") -> list[Endpoint]:
        return []

    def connection(self, server: Endpoint, client_port: int) -> Connection | None:
        return None

    def accept_queue(self, server: Endpoint) -> AcceptQueue | None:
        return None

    def close(self) -> None:
        return


def _endpoints(pids: Pids, kind: Transport) -> Iterator[Endpoint]:
    for pid in pids():
        try:
            found = psutil.Process(pid).net_connections(kind)
        except psutil.Error:
            continue
        for row in found:
            if row.laddr:
                state = OPEN_TO_ALL if kind == "udp" and not row.raddr else row.status
                yield Endpoint(row.family, row.laddr.ip, row.laddr.port, state)
