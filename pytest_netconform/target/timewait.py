"""Takes the connections in TIME_WAIT off a port, which would keep a server without SO_REUSEADDR from it."""

from __future__ import annotations

import contextlib
import socket

from .sockets import Endpoint, SocketTable


def clear(table: SocketTable, port: int) -> None:
    """Dial each of them from its client's port.

    The SYN does not fit, so the kernel answers it with an ACK of the old connection; that does not fit
    the dialling socket, which resets it, and a reset ends TIME_WAIT (RFC 1337 section 2; Linux obeys it
    unless net.ipv4.tcp_rfc1337 is set). Only where nobody listens on the port: a listener would accept.
    """
    rows = table.on_port(port)
    if any(row.state == "LISTEN" for row in rows):
        return
    for row in rows:
        if row.state == "TIME_WAIT" and row.peer_port:
            _dial(row)


def _dial(row: Endpoint) -> None:
    with socket.socket(row.family) as client, contextlib.suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.setblocking(False)
        client.bind((row.host, row.peer_port))
        client.connect((row.host, row.port))
