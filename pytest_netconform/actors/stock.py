"""The unchanged client of python-socketio, as users of a server have it, on sockets of the instance's
network.

It handles each event in a thread of its own, so that nothing tells in which order they came.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from typing import Any

import requests
import socketio
import urllib3

from ..deadline import Deadline
from ..target import Instance
from ..wire.socketio import Kind, Packet, encode
from .client import DEFAULT_SECONDS, End, NoSession, Note
from .dial import dial
from .engineio import TransportName
from .pump import Pump
from .socketio import Membership, SocketioActor

TRANSPORTS: dict[TransportName, list[str]] = {
    "websocket": ["websocket"],
    "polling": ["polling"],
    "upgrade": ["polling", "websocket"],
}
LOOK_AGAIN = 0.02
"""Seconds until a thread of the library is looked at again that does not end at once."""

News = Callable[[], None]


class StockActor(SocketioActor):
    """As the other clients. It connects when it joins its namespace, the only one.

    What the library's threads tell is put into a queue and taken out by the tester's own thread; a bell,
    which is no socket of any network, tells the pump of it."""

    in_order = False

    def __init__(
        self, name: str, instance: Instance, note: Note, pump: Pump, transport: TransportName
    ) -> None:
        super().__init__(name, instance, note, pump, transport)
        self._news: SimpleQueue[News] = SimpleQueue()
        self._bell, self._rope = socket.socketpair()
        self._sockets: list[socket.socket] = []
        self._http = requests.Session()
        self._http.mount("http://", _Adapter(self._dial))
        self._library: Any = socketio.Client(
            reconnection=False, http_session=self._http, websocket_extra_options=_Options(self._dial)
        )
        self._end: End | None = None
        self._dropped = False

    def _dial(self) -> socket.socket:
        sock = dial(self.instance, Deadline(DEFAULT_SECONDS))
        sock.settimeout(DEFAULT_SECONDS)
        self._sockets.append(sock)
        return sock

    # ------------------------------------------------------------ the session

    def connect(self, deadline: Deadline | None = None, receive_buffer: int | None = None) -> None:
        """Nothing yet, see `join`."""
        self._bell.setblocking(False)
        self._pump.watch(self)

    @property
    def session(self) -> str:
        """The library does not tell before it has joined a namespace."""
        return ""

    @property
    def open(self) -> bool:
        return not self._dropped and self._end is None

    @property
    def ended(self) -> End | None:
        return self._end

    @property
    def socket(self) -> socket.socket | None:
        return None if self._dropped else self._bell

    def take(self, deadline: Deadline) -> None:
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(4096)
        while not self._news.empty():
            self._news.get()()

    def close(self) -> None:
        for namespace in list(self.namespaces):
            self.leave(namespace, Deadline(DEFAULT_SECONDS))
        self.drop()

    def drop(self, *, abort: bool = False) -> None:
        """Let go of the connections, and wait for the library's reader, which would else live on."""
        if self._dropped:
            return
        self._dropped = True
        self._pump.forget(self)
        engine = self._library.eio
        while engine.read_loop_task is not None and engine.read_loop_task.is_alive():
            engine.queue.put(None)  # the reader waits for the writer
            for sock in tuple(self._sockets):
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
            engine.read_loop_task.join(LOOK_AGAIN)
        self._http.close()
        for sock in (*self._sockets, self._bell, self._rope):
            sock.close()

    # ------------------------------------------------------------ its namespace

    def join(self, namespace: str, auth: Mapping[str, Any] | None, deadline: Deadline) -> Membership:
        """Raises NoSession too."""
        member = self.namespaces[namespace] = Membership()
        handlers: dict[str, Callable[..., None]] = {
            "*": self._received,
            "connect": self._joined,
            "connect_error": self._refused,
            "disconnect": self._left,
        }
        for event, handler in handlers.items():
            self._library.on(event, self._telling(handler, namespace), namespace=namespace)
        self._note(self.name, f"connects by {self.transport}, as the library does", b"")
        try:
            self._library.connect(
                "http://{}:{}".format(*self.instance.address()),
                auth=auth,
                transports=TRANSPORTS[self.transport],
                namespaces=[namespace],
                wait=False,
            )
        except socketio.exceptions.ConnectionError as exc:
            raise NoSession(str(exc)) from None
        self.until(lambda: member.answered, deadline, f"the answer to CONNECT of {namespace}")
        return member

    def _telling(self, handler: Callable[..., None], namespace: str) -> Callable[..., None]:
        """What the library calls in a thread of its own."""

        def tell(*arguments: Any) -> None:
            self._news.put(lambda: handler(self.member(namespace), namespace, *arguments))
            with contextlib.suppress(OSError):  # nobody listens any more
                self._rope.send(b".")

        return tell

    def _joined(self, member: Membership, namespace: str) -> None:
        member.sid = self._library.get_sid(namespace)

    def _refused(self, member: Membership, namespace: str, refusal: Any = None) -> None:
        member.refused, member.refusal = True, refusal

    def _left(self, member: Membership, namespace: str, reason: str) -> None:
        self._note(self.name, f"disconnected: {reason}", b"")
        if reason == self._library.reason.SERVER_DISCONNECT:
            member.left = True
        elif reason != self._library.reason.CLIENT_DISCONNECT:
            self._end = "fin"

    def _received(self, member: Membership, namespace: str, event: str, *arguments: Any) -> None:
        packet = Packet(Kind.EVENT, namespace, [event, *arguments])
        self._shown("receives packet", packet)
        member.events.append(packet)

    def leave(self, namespace: str, deadline: Deadline) -> None:
        self._library.disconnect()
        self.namespaces[namespace].left = True

    # ------------------------------------------------------------ events

    def emit(
        self,
        event: str,
        arguments: Sequence[Any],
        namespace: str,
        deadline: Deadline,
        *,
        ack: bool = False,
        ack_id: int | None = None,
    ) -> int | None:
        """As its overridden; the library counts ids by itself, and tells its own of none."""
        if ack:
            ack_id, self._next_id = self._next_id, self._next_id + 1
        self._shown("sends packet", Packet(Kind.EVENT, namespace, [event, *arguments], ack_id))
        callback = None if ack_id is None else self._telling(self._acknowledged(ack_id), namespace)
        self._library.emit(event, tuple(arguments), namespace=namespace, callback=callback)
        return ack_id

    def _acknowledged(self, ack_id: int) -> Callable[..., None]:
        def keep(member: Membership, namespace: str, *arguments: Any) -> None:
            self._shown("receives packet", Packet(Kind.ACK, namespace, list(arguments), ack_id))
            member.acks.setdefault(ack_id, []).append(list(arguments))

        return keep

    def _shown(self, what: str, packet: Packet) -> None:
        """In the transcript as it stands on the wire, but for the numbers that the library takes."""
        first = encode(packet)[0]
        self._note(self.name, what, f"4{first!s}".encode("utf-8", "surrogatepass"))


class _Adapter(requests.adapters.HTTPAdapter):
    """Lets HTTP go by sockets that are dialled so."""

    def __init__(self, dialled: Callable[[], socket.socket]) -> None:
        class Connection(urllib3.connection.HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return dialled()

        class Pool(urllib3.HTTPConnectionPool):
            ConnectionCls = Connection

        super().__init__()
        self.poolmanager.pool_classes_by_scheme = {"http": Pool}


class _Options:
    """What the library gives on to its WebSocket: another socket whenever it connects."""

    def __init__(self, dialled: Callable[[], socket.socket]) -> None:
        self._dialled = dialled

    def keys(self) -> tuple[str, ...]:
        return ("socket",)

    def __getitem__(self, key: str) -> socket.socket:
        return self._dialled()

    def pop(self, key: str, default: Any) -> Any:
        """The library looks for headers here."""
        return default
