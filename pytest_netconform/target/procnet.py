"""Sockets and their owners by /proc (proc(5)), on Linux. A socket and its holder meet in the inode."""

# ruff: noqa: PTH208, PTH115 - with pathlib a look at a process takes three times as long
from __future__ import annotations

import os
import socket
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from pathlib import Path

from .box import Box
from .sockets import OPEN_TO_ALL, STATES, AcceptQueue, Connection, Endpoint, Pids, Transport

LISTEN = 1 << STATES.index("LISTEN")
UNCONNECTED = 1 << STATES.index(OPEN_TO_ALL)
ANY_STATE = (1 << len(STATES)) - 1
FILES = (("", socket.AF_INET), ("6", socket.AF_INET6))


def inodes_of(pids: Iterable[int]) -> set[int]:
    """The inodes of all sockets that these processes hold, as far as they may be looked at."""
    return {inode for pid in pids for inode in _socket_inodes(pid)}


def owner_of(inodes: set[int]) -> int | None:
    """The first process of the system that holds one of these sockets, as far as it may be looked at."""
    pids = (int(name) for name in os.listdir("/proc") if name.isdigit())
    return next((pid for pid in pids if not inodes.isdisjoint(_socket_inodes(pid))), None)


def is_hidden(pids: Iterable[int]) -> bool:
    """Whether the system hides what one of these processes holds, as a bwrap with the rights of root does."""
    for pid in pids:
        try:
            os.readlink(f"/proc/{pid}/fd/0")
        except PermissionError:
            return True
        except OSError:
            continue
    return False


def _socket_inodes(pid: int) -> Iterator[int]:
    folder = f"/proc/{pid}/fd"
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        try:
            link = os.readlink(f"{folder}/{name}")
        except OSError:
            continue
        if link.startswith("socket:["):
            yield int(link[8:-1])


class InodeTable(ABC):
    """A SocketTable over rows of the system's whole table."""

    def __init__(self, box: Box | None) -> None:
        # Sockets older than the instance are not its own: these need no look at processes. In a box
        # there are none, and the instance may have begun; the look shows whether looking is allowed.
        self._box = box
        seen = [*self.rows("tcp", LISTEN), *self.rows("udp", UNCONNECTED)]
        self._strangers = set() if box else {row.inode for row in seen}

    @abstractmethod
    def rows(self, protocol: Transport, states: int, port: int = 0) -> list[Endpoint]:
        """All sockets in one of the states, a set of bits by number in STATES; `port` 0 means any."""

    def listening(self, pids: Pids) -> list[Endpoint]:
        return self._held(self.rows("tcp", LISTEN), pids)

    def udp(self, pids: Pids) -> list[Endpoint]:
        return self._held(self.rows("udp", UNCONNECTED), pids)

    def on_port(self, port: int, transport: Transport = "tcp") -> list[Endpoint]:
        return self.rows(transport, ANY_STATE, port)

    def _held(self, found: list[Endpoint], pids: Pids) -> list[Endpoint]:
        rows = [row for row in found if row.port and row.inode not in self._strangers]
        if not rows:
            return []
        holders = pids()
        held = inodes_of(holders)
        if not held and self._box and not self._box.is_shared and is_hidden(holders):
            return [row for row in rows if row.inode]  # nobody else is in that network
        return [row for row in rows if row.inode in held]

    def close(self) -> None:
        return


class ProcTable(InodeTable):
    """Parses /proc/net/tcp: for kernels that refuse sock_diag. It knows no backlog and no byte counts."""

    def __init__(self, box: Box | None = None) -> None:
        self._folder = f"/proc/{box.guard}/net" if box else "/proc/net"
        super().__init__(box)

    def rows(self, protocol: Transport, states: int, port: int = 0) -> list[Endpoint]:
        return [
            Endpoint(
                family, *_address(words[1], family), STATES[state], int(words[9]), peer_port=_port(words[2])
            )
            for family, words in _lines(self._folder, protocol)
            if 1 << (state := int(words[3], 16)) & states and port in (0, _port(words[1]))
        ]

    def connection(self, server: Endpoint, client_port: int) -> Connection | None:
        for _, words in _lines(self._folder, "tcp"):
            if _port(words[1]) == server.port and _port(words[2]) == client_port:
                queue = int(words[4].partition(":")[2], 16)
                return Connection(STATES[int(words[3], 16)], queue, None, words[9] != "0")
        return None

    def accept_queue(self, server: Endpoint) -> AcceptQueue | None:
        return None


def _lines(folder: str, protocol: Transport) -> Iterator[tuple[int, list[str]]]:
    for suffix, family in FILES:
        try:
            lines = Path(f"{folder}/{protocol}{suffix}").read_text().splitlines()
        except OSError:  # a kernel without IPv6
            continue
        yield from ((family, line.split()) for line in lines[1:])


def _port(text: str) -> int:
    return int(text.partition(":")[2], 16)


def _address(text: str, family: int) -> tuple[str, int]:
    """`0100007F:1E6C` -> 127.0.0.1, 7788: words of 32 bits in the machine's byte order."""
    digits, _, port = text.partition(":")
    words = (int(digits[i : i + 8], 16) for i in range(0, len(digits), 8))
    return socket.inet_ntop(family, b"".join(word.to_bytes(4, sys.byteorder) for word in words)), int(
        port, 16
    )
