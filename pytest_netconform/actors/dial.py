"""Connecting to the instance: a TCP socket out of its network, never faster than it accepts."""

from __future__ import annotations

import errno
import os
import select
import socket

from ..deadline import Deadline, DeadlineMissed, poll
from ..errors import EnvironmentFault
from ..target import Instance
from .client import Refused

THE_SERVERS_FAULT = (errno.ECONNREFUSED, errno.ECONNRESET, errno.ETIMEDOUT, errno.ECONNABORTED)


def dial(instance: Instance, deadline: Deadline, receive_buffer: int | None = None) -> socket.socket:
    """A connected socket that does not block. Not before the server has room in its accept queue: a
    connection too many would wait a second for the kernel's next SYN. A `receive_buffer` works only before
    the connection. Raises Refused, DeadlineMissed or EnvironmentFault."""
    poll(lambda: has_room(instance), deadline, "the server to accept the clients before this one")
    sock = instance.socket()
    try:
        _connect(sock, instance, deadline, receive_buffer)
    except BaseException:
        sock.close()
        raise
    return sock


def has_room(instance: Instance) -> bool:
    """The kernel takes one connection more than listen(2) was told: listen(1) holds two."""
    queue = instance.accept_queue()
    return queue is None or queue.length <= queue.limit


def acknowledge(sock: socket.socket) -> None:
    """What has arrived, at once: a server that writes in pieces may wait for it (Nagle, RFC 9293 section
    3.7.4), and the kernel delays it by up to 40 ms. For the next time only. Linux only, see tcp(7)."""
    if hasattr(socket, "TCP_QUICKACK"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _connect(sock: socket.socket, instance: Instance, deadline: Deadline, receive_buffer: int | None) -> None:
    if receive_buffer is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Our end in TIME_WAIT then lets `target.timewait` have the port once more.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.connect(instance.address())
    except BlockingIOError:
        _await_connection(sock, deadline)
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise _not_connected(error) from None
    except OSError as exc:
        raise _not_connected(exc.errno or 0) from None


def _await_connection(sock: socket.socket, deadline: Deadline) -> None:
    poller = select.poll()
    poller.register(sock, select.POLLOUT)
    if not poller.poll(deadline.remaining() * 1000):
        raise DeadlineMissed("the connection")


def _not_connected(error: int) -> Exception:
    """Whose fault it is: the server refuses or has gone, or this machine is out of something."""
    text = f"connecting failed: {os.strerror(error)}"
    return Refused(text) if error in THE_SERVERS_FAULT else EnvironmentFault(text)
