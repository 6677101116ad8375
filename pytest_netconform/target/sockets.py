"""What the system knows about sockets: the words, and the choice of the table that gives them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from .box import Box

STATES = (
    "",
    "ESTABLISHED",
    "SYN_SENT",
    "SYN_RECV",
    "FIN_WAIT1",
    "FIN_WAIT2",
    "TIME_WAIT",
    "CLOSE",
    "CLOSE_WAIT",
    "LAST_ACK",
    "LISTEN",
    "CLOSING",
    "NEW_SYN_RECV",
)
"""By the kernel's number (include/net/tcp_states.h)."""
OPEN_TO_ALL = "CLOSE"
"""The state of a UDP socket that is not connected: it takes datagrams from anybody."""
NOT_YET_CLOSED_HERE = ("ESTABLISHED", "CLOSE_WAIT", "SYN_RECV")

Transport = Literal["tcp", "udp"]

Pids = Callable[[], Sequence[int]]
"""Asked only when it must be known whose a socket is: looking for the processes is the dear part."""


@dataclass(frozen=True)
class Endpoint:
    """A socket's own address. `inode` is 0 when no process holds it; `peer_port` is 0 without a peer."""

    family: int
    host: str
    port: int
    state: str
    inode: int = 0
    v6only: bool = False
    peer_port: int = 0

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Connection:
    """The server's end of a TCP connection.

    `state` is one of STATES; `receive_queue` are bytes that the server has not read yet, and
    `bytes_received` all that came in order, both counting a FIN as one byte; None where the system
    does not tell. `owned`: a process of the server holds it.
    """

    state: str
    receive_queue: int
    bytes_received: int | None
    owned: bool

    @property
    def accepted(self) -> bool:
        """A process took it out of the accept queue, and has perhaps closed it since."""
        return self.owned or self.state not in NOT_YET_CLOSED_HERE


@dataclass(frozen=True)
class AcceptQueue:
    """Connections that wait for accept(), and the backlog that was given to listen()."""

    length: int
    limit: int


class SocketTable(Protocol):
    """Looks into the system's table of sockets. Made before the instance is started."""

    def listening(self, pids: Pids) -> list[Endpoint]:
        """TCP sockets in LISTEN that these processes hold."""

    def udp(self, pids: Pids) -> list[Endpoint]:
        """UDP sockets that these processes hold, bound and not connected: a connected one asks somebody
        else, a name server say."""

    def on_port(self, port: int, transport: Transport = "tcp") -> list[Endpoint]:
        """Every socket with that local port, whoever has it."""

    def connection(self, server: Endpoint, client_port: int) -> Connection | None:
        """The server's end of the connection from that port of the same host."""

    def accept_queue(self, server: Endpoint) -> AcceptQueue | None:
        """None where nobody listens, or where the system does not tell."""

    def close(self) -> None: ...


def open_table(box: Box | None = None) -> SocketTable:
    """The quickest table that works here; of the network of that box, which an instance has entered."""
    if not sys.platform.startswith("linux"):
        from .psutilnet import PsutilTable

        return PsutilTable()
    from .sockdiag import NetlinkTable

    try:
        return NetlinkTable(box)
    except OSError:
        from .procnet import ProcTable

        return ProcTable(box)
