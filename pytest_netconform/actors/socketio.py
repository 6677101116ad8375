"""A Socket.IO v5 client on one Engine.IO session: namespaces, events, acknowledgements in both directions.

Everything that arrives is kept from the first byte on, by namespace and in its order, until a step takes it.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..deadline import Deadline
from ..target import Instance
from ..wire import ProtocolError
from ..wire.socketio import Decoder, Kind, Packet, encode
from .client import DEFAULT_SECONDS, Client, ConnectionEnded, End, Malformed, Note
from .engineio import Engine, TransportName
from .pump import Pump

AGAIN = 'Socket.IO protocol v5, "Connection to a namespace"'


@dataclass
class Membership:
    """What has come for one namespace and was not yet taken by a step.

    `sid` is the one of CONNECT, None before it comes; `refusal` the payload of CONNECT_ERROR; `left` tells
    that it is over, `put_out` that the server has said so. `acks` are the arguments by id, in the order in
    which they came; `asked` the ids with which something was emitted for whose acknowledgement nobody waits.
    `pid` is there where the server restores sessions; then `offset` is the one of the last event."""

    sid: str | None = None
    refusal: Any = None
    refused: bool = False
    left: bool = False
    put_out: bool = False
    events: deque[Packet] = field(default_factory=deque)
    acks: dict[int, list[list[Any]]] = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)
    pid: str = ""
    offset: str = ""

    @property
    def answered(self) -> bool:
        """Whether the server has said yes or no to CONNECT."""
        return self.sid is not None or self.refused

    def without_offset(self, packet: Packet) -> Packet:
        """A server that restores sessions adds to each event that asks for no acknowledgement one argument, a
        text, by which the client tells where it was (Socket.IO documentation, Connection state recovery)."""
        if not self.pid or packet.id is not None or not isinstance(packet.data[-1], str):
            return packet
        self.offset = packet.data[-1]
        return replace(packet, data=packet.data[:-1])


class SocketioActor(Client):
    """One named client. It waits through the `pump` that it shares with the other clients of its check.

    `in_order` tells that it keeps what it receives in the order in which it came."""

    in_order = True

    def __init__(
        self, name: str, instance: Instance, note: Note, pump: Pump, transport: TransportName = "websocket"
    ) -> None:
        super().__init__(name, instance, note)
        self.engine = Engine(name, instance, note)
        self.transport: TransportName = transport
        self.namespaces: dict[str, Membership] = {}
        self.stalled = False
        self._pump = pump
        self._decoder = Decoder()
        self._next_id = 1  # a server that takes 0 for no id is found by the check about it, not by every one

    # ------------------------------------------------------------ the session

    def connect(self, deadline: Deadline | None = None, receive_buffer: int | None = None) -> None:
        """Open the Engine.IO session, without any namespace. Raises as Engine.connect does."""
        deadline = deadline or Deadline(DEFAULT_SECONDS)
        self.engine.connect(self.transport, deadline, receive_buffer)
        self.local_port = self.engine.local_port
        self._pump.watch(self)
        self._sort()

    @property
    def session(self) -> str:
        """The sid of the Engine.IO session."""
        return self.engine.handshake.sid

    @property
    def open(self) -> bool:
        return self.engine.open

    @property
    def ended(self) -> End | None:
        """How the server has ended the session."""
        return self.engine.ended

    @property
    def socket(self) -> socket.socket | None:
        return None if self.stalled else self.engine.socket

    def take(self, deadline: Deadline) -> None:
        """Raises Malformed."""
        self.engine.take(deadline)
        self._sort()

    def read_available(self) -> None:
        self._pump.drain(Deadline(DEFAULT_SECONDS))

    def stall(self) -> None:
        """Read nothing until `resume`."""
        self.stalled = True
        self._pump.forget(self)

    def resume(self) -> None:
        self.stalled = False
        self._pump.watch(self)

    def close(self) -> None:
        if self.engine.open:
            self.engine.say_goodbye(Deadline(DEFAULT_SECONDS))
        self.drop()

    def drop(self, *, abort: bool = False) -> None:
        """Lose the connection: FIN, or with `abort` RST."""
        self._pump.forget(self)
        self.engine.drop(abort=abort)

    # ------------------------------------------------------------ namespaces

    def join(self, namespace: str, auth: Mapping[str, Any] | None, deadline: Deadline) -> Membership:
        """CONNECT, and wait for the answer, perhaps a refusal. Raises ConnectionEnded or DeadlineMissed."""
        member = self.namespaces[namespace] = Membership()
        self.send_packet(Packet(Kind.CONNECT, namespace, auth), deadline)
        self.until(lambda: member.answered, deadline, f"the answer to CONNECT of {namespace}")
        return member

    def leave(self, namespace: str, deadline: Deadline) -> None:
        """DISCONNECT. What comes for this namespace afterwards is kept: it is too much."""
        self.send_packet(Packet(Kind.DISCONNECT, namespace), deadline)
        self.namespaces[namespace].left = True

    def member(self, namespace: str) -> Membership:
        return self.namespaces.setdefault(namespace, Membership())

    # ------------------------------------------------------------ packets

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
        """EVENT; returns the id by which its acknowledgement is told, where one is wanted."""
        if ack and ack_id is None:
            ack_id, self._next_id = self._next_id, self._next_id + 1
        if not ack and ack_id is not None:
            self.member(namespace).asked.add(ack_id)
        self.send_packet(Packet(Kind.EVENT, namespace, [event, *arguments], ack_id), deadline)
        return ack_id

    def answer(self, ack_id: int, arguments: Sequence[Any], namespace: str, deadline: Deadline) -> None:
        """ACK of an event that the server has sent."""
        self.send_packet(Packet(Kind.ACK, namespace, list(arguments), ack_id), deadline)

    def send_packet(self, packet: Packet, deadline: Deadline) -> None:
        """Raises ConnectionEnded or DeadlineMissed."""
        self.engine.send_messages(encode(packet), deadline)

    def send(self, data: bytes, deadline: Deadline | None = None) -> None:
        """One packet without attachments, as it stands."""
        self.send_raw([data.decode()], deadline or Deadline(DEFAULT_SECONDS))

    def send_raw(self, messages: Sequence[str | bytes], deadline: Deadline) -> None:
        """Socket.IO packets as they stand, valid or not."""
        self.engine.send_messages(messages, deadline)

    def until(self, done: Any, deadline: Deadline, what: str) -> None:
        """Wait while all clients read. Raises ConnectionEnded where this one's session ends before."""
        self._pump.until(lambda: done() or not self.open, deadline, what)
        if not done():
            raise ConnectionEnded(self.ended or "fin")

    def _sort(self) -> None:
        """What the session has brought goes to its namespace."""
        while self.engine.messages:
            message = self.engine.messages.popleft()
            try:
                packet = self._decoder.feed(message)
            except ProtocolError as exc:
                data = message if isinstance(message, bytes) else message.encode("utf-8", "surrogatepass")
                raise Malformed(
                    f"{self.name} received what is no Socket.IO packet: {exc}", exc.clause, data
                ) from None
            if packet is not None:
                self._keep(packet)

    def _keep(self, packet: Packet) -> None:
        member = self.member(packet.namespace)
        if packet.kind in (Kind.EVENT, Kind.BINARY_EVENT):
            member.events.append(member.without_offset(packet))
        elif packet.kind in (Kind.ACK, Kind.BINARY_ACK):
            assert packet.id is not None
            member.acks.setdefault(packet.id, []).append(packet.data)
        elif packet.kind == Kind.DISCONNECT:
            member.left = member.put_out = True
        elif packet.kind == Kind.CONNECT_ERROR:
            member.refused, member.refusal = True, packet.data
        else:
            self._connected(member, packet)

    def _connected(self, member: Membership, packet: Packet) -> None:
        sid = packet.data.get("sid") if isinstance(packet.data, dict) else None
        if not isinstance(sid, str):
            raise Malformed(f"{self.name} received a CONNECT without a sid", AGAIN)
        if member.sid is not None:
            raise Malformed(f"{self.name} received a second CONNECT of {packet.namespace}", AGAIN)
        member.sid, member.pid = sid, str(packet.data.get("pid") or "")
        # What the client has missed comes before.
        member.events = deque(map(member.without_offset, member.events))
