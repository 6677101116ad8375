"""A WebSocket client (RFC 6455) on a socket of the instance's network: the library websocket-client, read
without blocking."""

from __future__ import annotations

import re
import socket
from typing import Any

import websocket as library

from ..deadline import Deadline, DeadlineMissed
from ..target import Instance
from .client import ConnectionEnded
from .dial import acknowledge, dial

MOST_AT_ONCE = 1000
"""Messages that are taken before others get their turn."""
CHUNK = 16 * 1024
"""Bytes that are read at once: the library itself would ask the kernel three times for each message."""
WHOLE_TEXT, WHOLE_BYTES = b"\x81", b"\x82"
"""How a message begins that is a frame of its own (RFC 6455 section 5.2)."""
LONGEST_SHORT = 125
"""Bytes, of a frame that is not masked; more are told otherwise."""
LONGEST_FRAME = 256 * 1024 * 1024
HEAD_END, LONGEST_HEAD_END = re.compile(rb"\r?\n\r?\n"), 4
NO_REDIRECT = 0
CLOSE = library.ABNF.OPCODE_CLOSE
TEXT = library.ABNF.OPCODE_TEXT


class NotUpgraded(Exception):
    """The server answers the handshake with another status than 101, or wrongly. `status` is 0 then."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class BadFrame(Exception):
    """What came is no frame of RFC 6455, or no UTF-8."""


class HeadReader:
    """A socket that reads the head of an HTTP response in pieces, and nothing of what follows it: the library
    asks for one byte at a time, which takes a quarter of a short check."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._piece, self._before = b"", b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def recv(self, size: int) -> bytes:
        if not self._piece:
            seen = self._sock.recv(CHUNK, socket.MSG_PEEK)
            end = HEAD_END.search(self._before + seen)
            self._piece = self._sock.recv(end.end() - len(self._before) if end else len(seen))
            self._before = (self._before + self._piece)[-LONGEST_HEAD_END + 1 :]
        taken, self._piece = self._piece[:size], self._piece[size:]
        return taken


class WebSocketClient:
    """One connection. Raises ConnectionEnded where it is over."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.local_port = 0
        self.closed_with: int | None = None
        self._socket = library.WebSocket(skip_utf8_validation=True)  # its own is slow; see _next
        self._socket.frame_buffer.recv = self._receive
        self._chunk, self._used = b"", 0
        self._midway = False

    def connect(self, path: str, deadline: Deadline, receive_buffer: int | None = None) -> None:
        """The opening handshake. Raises Refused, NotUpgraded or DeadlineMissed."""
        sock = dial(self.instance, deadline, receive_buffer)
        self.local_port = sock.getsockname()[1]
        sock.settimeout(max(deadline.remaining(), 0.001))
        host = f"[{self.instance.host}]" if ":" in self.instance.host else self.instance.host
        try:
            self._socket.connect(  # type: ignore[no-untyped-call]
                f"ws://{host}:{self.instance.port}{path}",
                socket=HeadReader(sock),
                suppress_origin=True,  # servers refuse the origins of strangers
                redirect_limit=NO_REDIRECT,
            )
        except library.WebSocketBadStatusException as exc:
            sock.close()
            raise NotUpgraded(exc.status_code, f"HTTP status {exc.status_code}") from None
        except (library.WebSocketTimeoutException, TimeoutError):
            sock.close()
            raise DeadlineMissed("the answer to the WebSocket handshake") from None
        except (library.WebSocketConnectionClosedException, ConnectionError):
            sock.close()
            raise ConnectionEnded("fin") from None
        except (library.WebSocketException, ValueError) as exc:
            sock.close()
            raise NotUpgraded(0, f"no WebSocket handshake: {exc}") from None
        self._socket.sock = sock
        acknowledge(sock)
        sock.setblocking(False)

    @property
    def socket(self) -> socket.socket | None:
        """None where the connection is over."""
        return self._socket.sock or None

    def take(self) -> list[str | bytes]:
        """The messages that have arrived whole; pings of WebSocket are answered. Raises ConnectionEnded when
        there are none and none can come, or BadFrame."""
        taken: list[str | bytes] = []
        while not taken or self._has_more(len(taken)):
            try:
                message = self._next()
            except ConnectionEnded:
                if taken:
                    return taken  # the end is told by `closed_with`, or found again by the next look
                raise
            if message is None:
                return taken
            taken.append(message)
        return taken

    def _has_more(self, taken: int) -> bool:
        """Whether another look is due now: the kernel does not tell again of what was read from it. After
        less than a chunk there was nothing more."""
        return self._used < len(self._chunk) or (len(self._chunk) == CHUNK and taken < MOST_AT_ONCE)

    def _next(self) -> str | bytes | None:
        if self.closed_with is not None or not self._socket.sock:
            raise ConnectionEnded("fin")
        try:
            if not self._midway and (whole := self._whole_frame()) is not None:
                return whole
            self._midway = True
            opcode, data = self._socket.recv_data()
            self._midway = False
            message = data.decode() if opcode == TEXT else bytes(data)
        except BlockingIOError:
            if (self._socket.frame_buffer.length or 0) > LONGEST_FRAME:
                raise BadFrame(f"a frame of {self._socket.frame_buffer.length} bytes") from None
            return None
        except library.WebSocketConnectionClosedException:
            raise ConnectionEnded("fin") from None
        except OSError:
            raise ConnectionEnded("reset") from None
        except (library.WebSocketException, ValueError) as exc:
            raise BadFrame(f"{type(exc).__name__}: {exc}") from None
        if opcode == CLOSE:
            self.closed_with = int.from_bytes(data[:2], "big")
            raise ConnectionEnded("fin")
        return message

    def _whole_frame(self) -> str | bytes | None:
        """The next message, if it is one short frame of which all has been read, as nearly all are. Any other
        is the library's, which takes many times as long. Raises what it raises, and UnicodeDecodeError."""
        self._fill()
        chunk, begin = self._chunk, self._used + 2
        head, size = chunk[begin - 2 : begin - 1], chunk[begin - 1 : begin]
        if head not in (WHOLE_TEXT, WHOLE_BYTES) or not size or size[0] > LONGEST_SHORT:
            return None
        end = begin + size[0]
        if end > len(chunk):
            return None
        self._used = end
        return chunk[begin:end].decode() if head == WHOLE_TEXT else chunk[begin:end]

    def _receive(self, size: int) -> bytes:
        """So many of the bytes that have come, or fewer; for the library."""
        self._fill()
        piece = self._chunk[self._used : self._used + size]
        self._used += len(piece)
        return piece

    def _fill(self) -> None:
        """Read the next chunk, where all of the last one is used."""
        if self._used == len(self._chunk):
            sock = self._socket.sock
            self._chunk, self._used = sock.recv(CHUNK) if sock else b"", 0
            if not sock or not self._chunk:
                raise library.WebSocketConnectionClosedException
            acknowledge(sock)

    def send(self, message: str | bytes, deadline: Deadline) -> None:
        """One message: a text frame, or a binary one. Raises ConnectionEnded or DeadlineMissed."""
        sock = self._socket.sock
        if not sock:
            raise ConnectionEnded("fin")
        sock.settimeout(max(deadline.remaining(), 0.001))
        try:
            if isinstance(message, str):
                self._socket.send(message)
            else:
                self._socket.send_binary(message)
        except library.WebSocketTimeoutException:
            raise DeadlineMissed("the server to take the data") from None
        except library.WebSocketConnectionClosedException:
            raise ConnectionEnded("fin") from None
        except OSError:
            raise ConnectionEnded("reset") from None
        finally:
            if self._socket.sock:
                sock.setblocking(False)

    def send_close(self, deadline: Deadline) -> None:
        """The close frame, status 1000."""
        sock = self._socket.sock
        if not sock:
            return
        sock.settimeout(max(deadline.remaining(), 0.001))
        try:
            self._socket.send_close()
        except (library.WebSocketException, OSError):
            return
        finally:
            sock.setblocking(False)

    def drop(self) -> None:
        """Let go of the connection without another word; again and again is fine."""
        if self._socket.sock:
            self._socket.sock.close()
            self._socket.sock = None
            self._socket.connected = False
