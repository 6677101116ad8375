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
    What cannot be dialled, because its client's port has another owner by now, goes by itself in a minute.
    """
    if any(row.state == "LISTEN" for row in table.on_port(port)):
        return
    dialling: dict[int, socket.socket] = {}

    def cleared() -> bool:
        waiting = _waiting(table, port)
        for row in waiting:
            if row.peer_port not in dialling and (client := _dial(row)) is not None:
                dialling[row.peer_port] = client
        return not waiting

    try:
        poll(cleared, Deadline(SOON), "")
    except DeadlineMissed:
        pass
    finally:
        for client in dialling.values():
            client.close()


def _waiting(table: SocketTable, port: int) -> list[Endpoint]:
    return [row for row in table.on_port(port) if row.state == "TIME_WAIT" and row.peer_port]


def _dial(row: Endpoint) -> socket.socket | None:
    """None while somebody else has the client's port."""
    client = socket.socket(row.family)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.setblocking(False)
    try:
        client.bind((row.host, row.peer_port))
    except OSError:
        client.close()
        return None
    with contextlib.suppress(OSError):
        client.connect((row.host, row.port))
    return client
