"""The kernel's own table of sockets by netlink: sock_diag(7), linux/inet_diag.h."""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading
from collections.abc import Iterator

from .box import Box
from .procnet import InodeTable
from .sockets import STATES, AcceptQueue, Connection, Endpoint, Transport

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
INET_DIAG_INFO, INET_DIAG_SKV6ONLY = 2, 11
LARGEST_ANSWER = 32768
NO_COOKIE = b"\xff" * 8
BYTES_RECEIVED_IN_TCP_INFO = 128

PROTOCOLS: dict[Transport, int] = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP}
FAMILIES = (socket.AF_INET, socket.AF_INET6)

HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port id
REQUEST = struct.Struct("=BBBxI")  # inet_diag_req_v2: family, protocol, extensions, states
SOCKET_ID = struct.Struct("!HH16s16s4x8s")  # inet_diag_sockid: ports, addresses, interface, cookie
MESSAGE = struct.Struct("=BBBB48s5I")  # inet_diag_msg: family, state, ..., id, ..., queues, uid, inode
ATTRIBUTE = struct.Struct("=HH")  # nlattr: length, type
ANY = bytes(16)

Row = tuple[int, int, bytes, int, int, int, bytes]
"""Family, state, id, receive queue, send queue, inode, attributes."""


class NetlinkTable(InodeTable):
    """One netlink socket, used by one thread at a time. An exact look takes some 10 microseconds.

    Raises OSError where the kernel refuses netlink or sock_diag.
    """

    def __init__(self, box: Box | None = None) -> None:
        self._netlink = (
            box.netlink.dup()
            if box and box.netlink
            else socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
        )
        self._lock = threading.Lock()
        self._sequence = 0
        try:
            super().__init__(box)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        self._netlink.close()

    # ------------------------------------------------------------ questions

    def rows(self, protocol: Transport, states: int, port: int = 0) -> list[Endpoint]:
        found: list[Endpoint] = []
        identity = SOCKET_ID.pack(port, 0, ANY, ANY, NO_COOKIE)
        for family in FAMILIES:
            request = REQUEST.pack(family, PROTOCOLS[protocol], 0, states) + identity
            found += (_endpoint(row) for row in self._ask(request, NLM_F_DUMP) if row[0] == family)
        return found

    def connection(self, server: Endpoint, client_port: int) -> Connection | None:
        row = self._exact(server, client_port, 1 << (INET_DIAG_INFO - 1))
        if row is None or STATES[row[1]] == "LISTEN":  # the kernel's answer where the connection is not
            return None
        info = _attributes(row[6]).get(INET_DIAG_INFO, b"")[BYTES_RECEIVED_IN_TCP_INFO:][:8]
        received = int.from_bytes(info, sys.byteorder) if info else None
        return Connection(STATES[row[1]], row[3], received, row[5] != 0)

    def accept_queue(self, server: Endpoint) -> AcceptQueue | None:
        row = self._exact(server, 0, 0)
        return AcceptQueue(row[3], row[4]) if row and STATES[row[1]] == "LISTEN" else None

    def _exact(self, server: Endpoint, client_port: int, extensions: int) -> Row | None:
        address = socket.inet_pton(server.family, server.host)
        identity = SOCKET_ID.pack(server.port, client_port, address, address, NO_COOKIE)
        request = REQUEST.pack(server.family, socket.IPPROTO_TCP, extensions, 0) + identity
        return next(iter(self._ask(request, 0)), None)

    # ------------------------------------------------------------ netlink

    def _ask(self, request: bytes, flags: int) -> list[Row]:
        length = HEADER.size + len(request)
        with self._lock:
            self._sequence += 1
            header = HEADER.pack(length, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | flags, self._sequence, 0)
            self._netlink.send(header + request)
            return self._answer(one=not flags)

    def _answer(self, one: bool) -> list[Row]:
        found: list[Row] = []
        while True:
            for kind, sequence, body in _messages(self._netlink.recv(LARGEST_ANSWER)):
                if sequence != self._sequence:  # of a question that an exception, such as Ctrl-C, cut short
                    continue
                if kind == NLMSG_ERROR:
                    _raise_unless_missing(body)
                if kind != SOCK_DIAG_BY_FAMILY:
                    return found
                found.append(_row(body))
                if one:
                    return found


def _messages(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at < len(data):
        length, kind, _, sequence, _ = HEADER.unpack_from(data, at)
        yield kind, sequence, data[at + HEADER.size : at + length]
        at += (length + 3) & ~3


def _raise_unless_missing(body: bytes) -> None:
    """An answer of ENOENT means that there is no such socket."""
    number = -struct.unpack_from("=i", body)[0]
    if number not in (0, 2):
        raise OSError(number, os.strerror(number))


def _row(body: bytes) -> Row:
    family, state, _, _, identity, _, receive_queue, send_queue, _, inode = MESSAGE.unpack_from(body)
    return family, state, identity, receive_queue, send_queue, inode, body[MESSAGE.size :]


def _endpoint(row: Row) -> Endpoint:
    family, state, identity, _, _, inode, attributes = row
    port, peer_port, address, _, _ = SOCKET_ID.unpack(identity)
    host = socket.inet_ntop(family, address[:4] if family == socket.AF_INET else address)
    v6only = _attributes(attributes).get(INET_DIAG_SKV6ONLY, b"\0") != b"\0"
    return Endpoint(family, host, port, STATES[state], inode, v6only, peer_port)


def _attributes(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + ATTRIBUTE.size <= len(data):
        length, kind = ATTRIBUTE.unpack_from(data, at)
        found[kind] = data[at + ATTRIBUTE.size : at + length]
        at += max((length + 3) & ~3, ATTRIBUTE.size)
    return found
