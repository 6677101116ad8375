"""Takes the connections in TIME_WAIT off a port, which would keep a server without SO_REUSEADDR from it."""

from __future__ import annotations

import contextlib
import socket

from ..deadline import Deadline, DeadlineMissed, poll
from .sockets import Endpoint, SocketTable

SOON = 1.0
"""Seconds for the kernel to answer itself; microseconds are usual."""


def clear(table: SocketTable, port: int) -> None:
    """Dial each of them from its client's port.

    The SYN does not fit, so the kernel answers it with an ACK of the old connection; that does not fit
    the dialling socket, which resets it, and a reset ends TIME_WAIT (RFC 1337 section 2; Linux obeys it
    unless net.ipv4.tcp_rfc1337 is set). Only where nobody listens on the port: a listener would accept.
    """
    if any(row.state == "LISTEN" for row in table.on_port(port)):
        return
    with contextlib.ExitStack() as dialling, contextlib.suppress(DeadlineMissed):
        for row in _waiting(table, port):
            dialling.enter_context(_dial(row))
        poll(lambda: not _waiting(table, port), Deadline(SOON), "")


def _waiting(table: SocketTable, port: int) -> list[Endpoint]:
    return [row for row in table.on_port(port) if row.state == "TIME_WAIT" and row.peer_port]


def _dial(row: Endpoint) -> socket.socket:
    client = socket.socket(row.family)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.setblocking(False)
    with contextlib.suppress(OSError):
        client.bind((row.host, row.peer_port))
        client.connect((row.host, row.port))
    return client
