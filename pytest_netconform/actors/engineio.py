"""An Engine.IO v4 session: long-polling, WebSocket, or the upgrade from one to the other.

It answers pings unless it is told to be silent, and keeps every message from the first byte on, in order.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from typing import Literal

from ..deadline import Deadline, DeadlineMissed
from ..target import Instance
from ..wire import ProtocolError
from ..wire.engineio import (
    Handshake,
    Kind,
    Packet,
    decode,
    decode_payload,
    encode,
    encode_payload,
    parse_handshake,
)
from .client import ConnectionEnded, End, Malformed, NoSession, Note
from .http import HttpClient, NoHttp, Response
from .pump import readable
from .websocket import BadFrame, NotUpgraded, WebSocketClient

PATH = "/socket.io/"
TransportName = Literal["websocket", "polling", "upgrade"]
TEXT_TYPE = {"Content-Type": "text/plain; charset=UTF-8"}
PROBE = "probe"


class Transport(ABC):
    """Carries packets. `take` raises ConnectionEnded at the end, and Malformed."""

    local_port = 0

    @property
    def over(self) -> bool:
        """Whether the server has said that nothing more comes."""
        return False

    @property
    @abstractmethod
    def socket(self) -> socket.socket | None:
        """By which it receives; None where nothing can come."""

    @abstractmethod
    def take(self, deadline: Deadline) -> list[Packet]: ...

    @abstractmethod
    def send(self, packets: Sequence[Packet], deadline: Deadline) -> None: ...

    @abstractmethod
    def say_goodbye(self, deadline: Deadline) -> None:
        """End the session as its transport does."""

    @abstractmethod
    def drop(self) -> None: ...

    def abort(self) -> None:
        """Let `drop` send RST (socket(7), SO_LINGER)."""
        if self.socket is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class OverWebSocket(Transport):
    """Each packet in a frame of its own."""

    def __init__(self, client: WebSocketClient) -> None:
        self.client = client
        self.local_port = client.local_port

    @property
    def over(self) -> bool:
        return self.client.closed_with is not None

    @property
    def socket(self) -> socket.socket | None:
        return self.client.socket

    def take(self, deadline: Deadline) -> list[Packet]:
        try:
            messages = self.client.take()
        except BadFrame as exc:
            raise Malformed(str(exc), "RFC 6455 section 5") from None
        return [_decoded(message) for message in messages]

    def send(self, packets: Sequence[Packet], deadline: Deadline) -> None:
        for packet in packets:
            self.client.send(encode(packet), deadline)

    def say_goodbye(self, deadline: Deadline) -> None:
        self.client.send_close(deadline)

    def drop(self) -> None:
        self.client.drop()


class OverPolling(Transport):
    """A GET always waits; what is sent goes by POST on a connection of its own."""

    def __init__(self, instance: Instance, sid: str) -> None:
        self.query = f"{PATH}?EIO=4&transport=polling&sid={sid}"
        self.polls, self.posts = HttpClient(instance), HttpClient(instance)
        self.waits = False

    def poll(self, deadline: Deadline) -> None:
        """Let a GET wait."""
        self.polls.begin("GET", self.query, deadline)
        self.local_port, self.waits = self.polls.local_port, True

    @property
    def socket(self) -> socket.socket | None:
        return self.polls.socket if self.waits else None

    def take(self, deadline: Deadline) -> list[Packet]:
        packets = self.take_last(deadline)
        if all(packet.kind != Kind.CLOSE for packet in packets):
            self.poll(deadline)
        return packets

    def take_last(self, deadline: Deadline) -> list[Packet]:
        """As `take`, without letting another GET wait."""
        self.waits = False
        return _payload(_answer(self.polls, deadline))

    def send(self, packets: Sequence[Packet], deadline: Deadline) -> None:
        body = encode_payload(packets).encode()
        self.posts.begin("POST", self.query, deadline, body, TEXT_TYPE)
        answer = _answer(self.posts, deadline)
        if answer.status != 200:
            raise ConnectionEnded("fin")

    def say_goodbye(self, deadline: Deadline) -> None:
        self.send([Packet(Kind.CLOSE)], deadline)

    def drop(self) -> None:
        self.polls.close()
        self.posts.close()
        self.waits = False


class Engine:
    """One session. `messages` holds the data of MESSAGE packets that nobody has taken yet."""

    def __init__(self, name: str, instance: Instance, note: Note) -> None:
        self.name = name
        self.instance = instance
        self.messages: deque[str | bytes] = deque()
        self.ended: End | None = None
        self.closed_by_packet = False
        self.silent = False
        self._note = note
        self._handshake: Handshake | None = None
        self._transport: Transport | None = None

    @property
    def handshake(self) -> Handshake:
        assert self._handshake is not None
        return self._handshake

    @property
    def open(self) -> bool:
        return self._transport is not None and self.ended is None

    @property
    def local_port(self) -> int:
        """Of the connection by which it receives; 0 where it has none."""
        return self._transport.local_port if self._transport else 0

    # ------------------------------------------------------------ opening

    def connect(
        self, transport: TransportName, deadline: Deadline, receive_buffer: int | None = None
    ) -> None:
        """Open the session. Raises NoSession, Refused, ConnectionEnded, DeadlineMissed or Malformed."""
        self._note(self.name, f"connects by {transport}", b"")
        if transport == "websocket":
            self._open_websocket(deadline, receive_buffer)
        else:
            self._open_polling(deadline)
        if transport == "upgrade":
            self._upgrade(deadline)

    def _open_websocket(self, deadline: Deadline, receive_buffer: int | None) -> None:
        self._transport = self._websocket(f"{PATH}?EIO=4&transport=websocket", deadline, receive_buffer)
        first = self._first(self._transport, deadline)
        self._handshake = _handshake(first)

    def _open_polling(self, deadline: Deadline) -> None:
        http = HttpClient(self.instance)
        http.begin("GET", f"{PATH}?EIO=4&transport=polling", deadline)
        answer = _answer(http, deadline)
        http.close()
        if answer.status != 200:
            raise NoSession(f"HTTP status {answer.status} for the handshake")
        first, *more = _payload(answer)
        self._handshake = _handshake(first)
        self._noted("receives packet", [first, *more])
        polling = OverPolling(self.instance, self._handshake.sid)
        self._transport = polling
        polling.poll(deadline)
        self._obey(more, deadline)

    def _upgrade(self, deadline: Deadline) -> None:
        """Engine.IO protocol, "Upgrade": probe, wait until the last GET has ended, and change over."""
        polling = self._transport
        assert isinstance(polling, OverPolling)
        query = f"{PATH}?EIO=4&transport=websocket&sid={self.handshake.sid}"
        websocket = self._websocket(query, deadline, None)
        self._send_on(websocket, [Packet(Kind.PING, PROBE)], deadline)
        answer = self._first(websocket, deadline)
        if answer != Packet(Kind.PONG, PROBE):
            raise Malformed("no 3probe", 'Engine.IO protocol v4, "Upgrade"', _wire(answer))
        if polling.waits:
            packets = polling.take_last(deadline)
            self._noted("receives packet", packets)
            self._obey(packets, deadline)
        self._send_on(websocket, [Packet(Kind.UPGRADE)], deadline)
        polling.drop()
        self._transport = websocket

    def _websocket(self, path: str, deadline: Deadline, receive_buffer: int | None) -> OverWebSocket:
        client = WebSocketClient(self.instance)
        try:
            client.connect(path, deadline, receive_buffer)
        except NotUpgraded as exc:
            raise NoSession(str(exc)) from None
        return OverWebSocket(client)

    def _first(self, transport: OverWebSocket, deadline: Deadline) -> Packet:
        """The first packet on a new WebSocket; more that came with it are obeyed."""
        while True:
            readable(transport.socket, deadline, "the first packet of a WebSocket")
            packets = transport.take(deadline)
            if packets:
                self._noted("receives packet", packets)
                self._obey(packets[1:], deadline)
                return packets[0]

    # ------------------------------------------------------------ receiving and sending

    @property
    def socket(self) -> socket.socket | None:
        """By which it receives; None where nothing more can come."""
        return self._transport.socket if self._transport and self.ended is None else None

    def take(self, deadline: Deadline) -> None:
        """What has arrived. Raises Malformed."""
        if self._transport is None or self.ended is not None:
            return
        try:
            packets = self._transport.take(deadline)
        except ConnectionEnded as exc:
            self._end(exc.how)
            return
        self._noted("receives packet", packets)
        self._obey(packets, deadline)
        if self._transport.over:
            self._end("fin")

    def _obey(self, packets: Sequence[Packet], deadline: Deadline) -> None:
        for packet in packets:
            if packet.kind == Kind.MESSAGE:
                self.messages.append(packet.data)
            elif packet.kind == Kind.PING and not self.silent:
                self._pong(packet, deadline)
            elif packet.kind == Kind.CLOSE:
                self.closed_by_packet = True
                self._end("fin")

    def _pong(self, ping: Packet, deadline: Deadline) -> None:
        try:
            self.send([Packet(Kind.PONG, ping.data)], deadline)
        except ConnectionEnded as exc:
            self._end(exc.how)

    def send(self, packets: Sequence[Packet], deadline: Deadline) -> None:
        """Raises ConnectionEnded or DeadlineMissed."""
        if self._transport is None or self.ended is not None:
            raise ConnectionEnded(self.ended or "fin")
        self._send_on(self._transport, packets, deadline)

    def send_messages(self, messages: Sequence[str | bytes], deadline: Deadline) -> None:
        """As `send`, each in a packet of its own."""
        self.send([Packet(Kind.MESSAGE, message) for message in messages], deadline)

    def _send_on(self, transport: Transport, packets: Sequence[Packet], deadline: Deadline) -> None:
        self._noted("sends packet", packets)
        try:
            transport.send(packets, deadline)
        except ConnectionEnded as exc:
            self._end(exc.how)
            raise

    # ------------------------------------------------------------ ending

    def say_goodbye(self, deadline: Deadline) -> None:
        """End the session in the ordinary way of its transport, and let go of it."""
        if self._transport is not None and self.ended is None:
            self._note(self.name, "closes", b"")
            with contextlib.suppress(ConnectionEnded, DeadlineMissed):
                self._transport.say_goodbye(deadline)
        self.drop()

    def drop(self, *, abort: bool = False) -> None:
        """Let go of the connections without a word, or with `abort` by a reset; again and again is fine."""
        if self._transport is not None:
            if abort:
                self._transport.abort()
            self._transport.drop()
            self._transport = None

    def _end(self, how: End) -> None:
        if self.ended is None:
            self.ended = how
            self._note(self.name, f"ended by {how}", b"")

    def _noted(self, what: str, packets: Sequence[Packet]) -> None:
        for packet in packets:
            self._note(self.name, what, _wire(packet))


def _wire(packet: Packet) -> bytes:
    """As it stands in a WebSocket frame."""
    text = encode(packet)
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def _decoded(message: str | bytes) -> Packet:
    try:
        return decode(message)
    except ProtocolError as exc:
        data = message.encode("utf-8", "surrogatepass") if isinstance(message, str) else message
        raise Malformed(str(exc), exc.clause, data) from None


def _payload(answer: Response) -> list[Packet]:
    """Of a GET. Raises ConnectionEnded where the server knows no such session any more."""
    if answer.status != 200:
        raise ConnectionEnded("fin")
    try:
        return decode_payload(answer.text())
    except ProtocolError as exc:
        raise Malformed(str(exc), exc.clause, answer.body) from None
    except UnicodeDecodeError:
        raise Malformed("no UTF-8", 'Engine.IO protocol v4, "HTTP long-polling"', answer.body) from None


def _answer(http: HttpClient, deadline: Deadline) -> Response:
    try:
        return http.finish(deadline)
    except NoHttp as exc:
        raise Malformed(str(exc), "RFC 9112 section 2") from None


def _handshake(packet: Packet) -> Handshake:
    try:
        return parse_handshake(packet)
    except ProtocolError as exc:
        raise Malformed(str(exc), exc.clause, _wire(packet)) from None
