"""A TCP client: blocking for its caller, with a deadline, over a non-blocking socket.

It remembers how much it sent, keeps what it received until a step takes it, and knows how the
connection ended. It takes its socket from the instance; it never makes one.
"""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..deadline import Deadline, DeadlineMissed, poll
from ..target import Instance
from .client import DEFAULT_SECONDS, Client, ConnectionEnded, End, Note
from .dial import acknowledge, dial, has_room

if TYPE_CHECKING:
    from .stream import Stream

CHUNK = 256 * 1024
LARGE_BUFFER = 4 * 1024 * 1024
READABLE = ("ESTABLISHED", "CLOSE_WAIT")
GLANCE = 0.002
STUCK_LOOKS = 10
STUCK_FOR_CERTAIN = 2.0


class TcpActor(Client):
    """One named client. `received` holds what arrived and was not yet taken by a step.

    Whenever it waits, the `streams` of other clients go on. `quiet`: it notes nothing."""

    def __init__(self, name: str, instance: Instance, note: Note, streams: Sequence[Stream] = ()) -> None:
        super().__init__(name, instance, self._note_unless_quiet)
        self.received = bytearray()
        self.sent = 0
        self.arrived = 0
        self.ended: End | None = None
        self.half_closed = False
        self.stalled = False
        self.pending = b""
        self.quiet = False
        self._note_event = note
        self._streams = streams

    # ------------------------------------------------------------ connecting

    def connect(self, deadline: Deadline | None = None, receive_buffer: int | None = None) -> None:
        """Raises Refused or DeadlineMissed."""
        self._use(dial(self.instance, deadline or Deadline(DEFAULT_SECONDS), receive_buffer))
        self.local_port = self._socket().getsockname()[1]
        self._note(self.name, "connects", b"")

    def has_room(self) -> bool:
        return has_room(self.instance)

    # ------------------------------------------------------------ sending

    def send(self, data: bytes, deadline: Deadline | None = None) -> None:
        """Write everything; what arrives meanwhile is kept. A stalled client writes what the buffers
        take and leaves the rest pending. Raises ConnectionEnded or DeadlineMissed."""
        deadline = deadline or Deadline(DEFAULT_SECONDS)
        if self.stalled:
            self._fill(data, deadline)
        else:
            self._note(self.name, "sends", data)
            self._write(data, deadline)

    def _write(self, data: bytes, deadline: Deadline) -> None:
        view = memoryview(data)
        while view:
            view = view[self.write_some(view) :]
            if view:
                events = select.POLLOUT | (select.POLLIN if self.ended is None else 0)
                if self._wait(events, deadline, "the server to take the data") & ~select.POLLOUT:
                    self._read_once()

    def write_some(self, view: memoryview) -> int:
        """What goes out at once: so many bytes. Raises ConnectionEnded."""
        try:
            count = self._socket().send(view)
        except BlockingIOError:
            return 0
        except OSError:
            self._end("reset")
            raise ConnectionEnded("reset") from None
        self.sent += count
        return count

    def _fill(self, data: bytes, deadline: Deadline) -> None:
        """Write until nothing more fits and the server's end takes nothing either."""
        self._note(self.name, "sends", data)
        view = memoryview(data)
        while view:
            view = view[self.write_some(view) :]
            if view and self._is_stuck(deadline):
                break
        self.pending += bytes(view)

    def _is_stuck(self, deadline: Deadline) -> bool:
        """Nothing more fits, and the server sleeps although it has data to read, look after look.

        One look is not enough: it may sleep for a moment because nobody has taken its output yet.
        A server that never sleeps, or whose threads cannot be seen, counts as stuck after a while."""
        patience = deadline.within(STUCK_FOR_CERTAIN)
        looks, before = 0, None
        while looks < STUCK_LOOKS and not patience.expired():
            now = self.instance.connection(self.local_port)
            waits = now is not None and now.receive_queue > 0 and self.instance.asleep()
            looks, before = looks + 1 if waits and now == before else 0, now
            if self._writable_within(GLANCE, deadline):
                return False
        return True

    def _writable_within(self, seconds: float, deadline: Deadline) -> bool:
        try:
            self._wait(select.POLLOUT, deadline.within(seconds), "")
        except DeadlineMissed:
            return False
        return True

    def await_consumed(self, deadline: Deadline) -> None:
        """Return when the server's process has read every byte sent so far."""
        what = "the server to read what it was sent"
        poll(self._arrived, deadline, what)
        poll(self._taken, deadline, what)

    def is_consumed(self) -> bool:
        """Whether the server's process has read every byte sent so far. A look of microseconds."""
        return self._arrived() and self._taken()

    def _arrived(self) -> bool:
        """Every byte is in the server's receive queue, or was. A look of its own: within one look
        the kernel reads the queue's length before the count."""
        end = self.instance.connection(self.local_port)
        if end is None or end.state not in READABLE or end.bytes_received is None:
            return True
        return end.bytes_received >= self.sent

    def _taken(self) -> bool:
        end = self.instance.connection(self.local_port)
        return end is None or end.state not in READABLE or end.receive_queue == 0

    # ------------------------------------------------------------ receiving

    def read(self, deadline: Deadline, what: str = "more data") -> bool:
        """Wait until something arrives; False when the connection has ended. Raises DeadlineMissed."""
        while self.ended is None:
            if self._read_once():
                return True
            if self.ended is None:
                self._wait(select.POLLIN, deadline, what)
        return False

    def read_exactly(self, count: int, deadline: Deadline | None = None) -> bytes:
        """Take the next `count` bytes. Raises ConnectionEnded or DeadlineMissed before there are enough."""
        deadline = deadline or Deadline(DEFAULT_SECONDS)
        while len(self.received) < count:
            if not self.read(deadline, f"{count} bytes"):
                raise ConnectionEnded(self.ended or "fin")
        taken = bytes(self.received[:count])
        del self.received[:count]
        return taken

    def read_available(self) -> None:
        """Take what has arrived, without waiting."""
        while self.ended is None and self._read_once():
            pass

    def read_to_end(self, deadline: Deadline | None = None) -> End:
        """Read until the server ends the connection, and say how it did. Raises DeadlineMissed."""
        deadline = deadline or Deadline(DEFAULT_SECONDS)
        while self.read(deadline, "the end of the connection"):
            pass
        assert self.ended is not None
        return self.ended

    def _read_once(self) -> bool:
        try:
            data = self._socket().recv(CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            self._end("reset")
            return False
        if not data:
            self._end("fin")
            return False
        acknowledge(self._socket())
        self.received += data
        self.arrived += len(data)
        self._note(self.name, "receives", data)
        return True

    def resume(self, deadline: Deadline) -> None:
        """Read again, and send what was left pending while stalled."""
        self.stalled = False
        self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LARGE_BUFFER)
        pending, self.pending = self.pending, b""
        self._write(pending, deadline)

    # ------------------------------------------------------------ ending

    def half_close(self) -> None:
        """FIN in our direction."""
        if self._sock is not None and not self.half_closed and self.ended != "reset":
            self.half_closed = True
            self._note(self.name, "half-closes", b"")
            try:
                self._sock.shutdown(socket.SHUT_WR)
            except OSError:
                self._end("reset")

    def close(self) -> None:
        """End the connection in the ordinary way; again and again is fine.

        Where the server has already let go of its end, our end is aborted: an ordinary close would
        leave the server's port in TIME_WAIT, and a server without SO_REUSEADDR could not start again.
        """
        if self._sock is None:
            return
        if self.ended == "fin" and self._server_let_go():
            self._linger_zero()
        elif self.ended is None:
            self._note(self.name, "closes", b"")
        self._drop()

    def reset(self) -> None:
        """Abort the connection (RST)."""
        if self._sock is not None:
            self._note(self.name, "resets", b"")
            self._linger_zero()
            self._drop()

    def _server_let_go(self) -> bool:
        end = self.instance.connection(self.local_port)
        return end is not None and not end.owned

    def _linger_zero(self) -> None:
        self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _end(self, how: End) -> None:
        if self.ended is None:
            self.ended = how
            self._note(self.name, f"ended by {how}", b"")

    # ------------------------------------------------------------ waiting

    def _wait(self, events: int, deadline: Deadline, what: str) -> int:
        others = [stream for stream in self._streams if stream.actor is not self]
        if not others:
            return super()._wait(events, deadline, what)
        self._poll.modify(self._socket(), events)
        return self._wait_amid(others, deadline, what)

    def _wait_amid(self, others: list[Stream], deadline: Deadline, what: str) -> int:
        own = self.fileno()
        while not deadline.expired():
            going = {stream.actor.fileno(): stream for stream in others if stream.events()}
            for fd, stream in going.items():
                self._poll.register(fd, stream.events())
            ready = dict(self._poll.poll(deadline.remaining() * 1000))
            for fd, stream in going.items():
                self._poll.unregister(fd)
                if fd in ready:
                    stream.turn()
            if own in ready:
                return ready[own]
        raise DeadlineMissed(what)

    def fileno(self) -> int:
        """Of its socket. Raises ConnectionEnded where it has none any more."""
        return self._socket().fileno()

    def _note_unless_quiet(self, actor: str, what: str, data: bytes) -> None:
        if not self.quiet:
            self._note_event(actor, what, data)

    def _socket(self) -> socket.socket:
        if self._sock is None:
            raise ConnectionEnded(self.ended or "fin")
        return self._sock
