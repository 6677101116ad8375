"""A UDP client: blocking for its caller, with a deadline, over a non-blocking connected socket.

connect(2) lets through only what comes from the port that was asked, and lets the kernel report that
nobody has that port (ICMP port unreachable; udp(7), RFC 1122 section 4.1.3.3).
"""

from __future__ import annotations

import errno
import select
import socket
from collections import deque

from ..deadline import Deadline
from ..errors import EnvironmentFault
from ..target import Instance
from .client import DEFAULT_SECONDS, Client, Note, Refused

LARGEST = 65507
"""Bytes in a datagram over IPv4: 65,535 without the headers of IP and UDP (RFC 768, RFC 791)."""
SHORTEST_WAIT = 0.001
NOBODY = "nobody has the port (ICMP port unreachable)"


class TooLong(ValueError):
    """No datagram holds that much."""

    def __init__(self, size: int) -> None:
        super().__init__(f"a datagram holds at most {LARGEST} bytes, not {size}")


class UdpActor(Client):
    """One named client. `received` holds the datagrams that arrived and were not yet taken by a step."""

    def __init__(self, name: str, instance: Instance, note: Note) -> None:
        super().__init__(name, instance, note)
        self.received: deque[bytes] = deque()
        self.last_sent = b""

    def connect(self, deadline: Deadline | None = None, receive_buffer: int | None = None) -> None:
        """Choose the server's address, of which nothing is seen on the wire."""
        sock = self._use(self.instance.socket(socket.SOCK_DGRAM))
        if receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            sock.connect(self.instance.address())
        except OSError as exc:
            raise EnvironmentFault(f"no UDP socket can be used: {exc.strerror}") from None
        self.local_port = sock.getsockname()[1]
        self._note(self.name, "opens", b"")

    def send(self, data: bytes, deadline: Deadline | None = None) -> None:
        """One datagram, however long. Raises Refused where an earlier one came to nobody, DeadlineMissed,
        or TooLong."""
        if len(data) > LARGEST:
            raise TooLong(len(data))
        deadline = deadline or Deadline(DEFAULT_SECONDS)
        self.last_sent = data
        self._note(self.name, "sends", data)
        while not self._send_once(data):
            self._wait(select.POLLOUT, deadline, "room for a datagram")

    def _send_once(self, data: bytes) -> bool:
        try:
            self._socket().send(data)
        except BlockingIOError:
            return False
        except OSError as exc:
            raise self._failed(exc) from None
        return True

    def receive(self, deadline: Deadline | None = None) -> bytes:
        """The next datagram, whole. Raises Refused or DeadlineMissed."""
        deadline = deadline or Deadline(DEFAULT_SECONDS)
        while not self.received and not self._read_once():
            self._wait(select.POLLIN, deadline, "a datagram")
        return self.received.popleft()

    def read_available(self) -> None:
        """Take what has arrived, without waiting. Raises Refused."""
        while self._read_once():
            pass

    def _read_once(self) -> bool:
        try:
            data = self._socket().recv(LARGEST + 1)
        except BlockingIOError:
            return False
        except OSError as exc:
            raise self._failed(exc) from None
        self.received.append(data)
        self._note(self.name, "receives", data)
        return True

    def _failed(self, exc: OSError) -> Exception:
        """The kernel tells of an earlier datagram, or this machine is out of something."""
        if exc.errno != errno.ECONNREFUSED:
            return EnvironmentFault(f"a datagram cannot be sent or received: {exc.strerror}")
        self._note(self.name, "refused", b"")
        return Refused(NOBODY)

    def close(self) -> None:
        """The server is told nothing; what it still sends is refused by the kernel."""
        if self._sock is not None:
            self._note(self.name, "leaves", b"")
            self._drop()


def heard_from_anybody(
    instance: Instance, data: bytes, deadline: Deadline
) -> tuple[bytes, tuple[str, int]] | None:
    """Send a datagram from a socket that hears everybody: the first one that comes back, and from where."""
    with instance.socket(socket.SOCK_DGRAM) as sock:
        sock.settimeout(max(deadline.remaining(), SHORTEST_WAIT))
        try:
            sock.sendto(data, instance.address())
            answer, source = sock.recvfrom(LARGEST + 1)
        except OSError:
            return None
    return answer, source[:2]
