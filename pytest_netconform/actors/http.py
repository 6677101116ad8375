"""An HTTP/1.1 client: one request at a time on a connection that is kept, as RFC 9112 has it.

`ask` is a whole request; `begin` and `finish` are its halves, between which the caller may do other things:
a long poll waits in between. It takes its socket from the instance; it never makes one.
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..deadline import Deadline, DeadlineMissed
from ..target import Instance
from .client import ConnectionEnded
from .dial import acknowledge, dial

LONGEST_BODY = 64 * 1024 * 1024


class NoHttp(Exception):
    """What came is no answer of HTTP/1.1."""


@dataclass(frozen=True)
class Response:
    """`headers` by their names in lower case, of which the last one counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def text(self) -> str:
        """Raises UnicodeDecodeError."""
        return self.body.decode()


class HttpClient:
    """Connects when it is first asked, and again where the server has closed."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self._connection: http.client.HTTPConnection | None = None

    @property
    def socket(self) -> socket.socket | None:
        """Readable when the answer begins to come; None where it is not connected."""
        return self._connection.sock if self._connection is not None else None

    @property
    def local_port(self) -> int:
        """0 while it is not connected."""
        return int(self.socket.getsockname()[1]) if self.socket is not None else 0

    def ask(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        body: bytes | Sequence[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """One request and its answer; a body in pieces is written piece by piece. Raises as the halves do."""
        self.begin(method, path, deadline, body, headers)
        return self.finish(deadline)

    def begin(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        body: bytes | Sequence[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send a request. Raises Refused, ConnectionEnded or DeadlineMissed."""
        connection = self._connected(deadline)
        pieces = [body] if isinstance(body, bytes) else list(body or ())
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(sum(map(len, pieces))))
            connection.endheaders()
            for piece in pieces:
                connection.send(piece)
        except OSError as exc:
            self.close()
            raise _ended(exc) from None

    def finish(self, deadline: Deadline) -> Response:
        """The answer to the request. Raises ConnectionEnded, DeadlineMissed or NoHttp."""
        connection = self._connection
        if connection is None or connection.sock is None:
            raise ConnectionEnded("fin")
        self._wait_at_most(deadline)
        try:
            acknowledge(connection.sock)
            answer = connection.getresponse()
            body = answer.read(LONGEST_BODY)
        except http.client.RemoteDisconnected:
            self.close()
            raise ConnectionEnded("fin") from None
        except (http.client.HTTPException, ValueError) as exc:
            self.close()
            raise NoHttp(f"{type(exc).__name__}: {exc}") from None
        except OSError as exc:
            self.close()
            raise _ended(exc) from None
        if answer.will_close:
            self.close()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Response(answer.status, headers, body)

    def close(self) -> None:
        """Again and again is fine."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self, deadline: Deadline) -> http.client.HTTPConnection:
        if self.socket is None:
            self.close()
            self._connection = http.client.HTTPConnection(self.instance.host, self.instance.port)
            self._connection.auto_open = 0  # its own sockets would be of another network
            self._connection.sock = dial(self.instance, deadline)
        self._wait_at_most(deadline)
        assert self._connection is not None
        return self._connection

    def _wait_at_most(self, deadline: Deadline) -> None:
        if self.socket is not None:
            self.socket.settimeout(max(deadline.remaining(), 0.001))


def _ended(exc: OSError) -> Exception:
    if isinstance(exc, TimeoutError):
        return DeadlineMissed("the answer to an HTTP request")
    return ConnectionEnded("reset")
