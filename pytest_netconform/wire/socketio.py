"""Socket.IO protocol v5: packets with their namespaces, ids and attachments."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from .errors import ProtocolError
from .strict_json import NoJson, dumps, loads

ENCODING = 'Socket.IO protocol v5, "Packet encoding"'
CONNECTING = 'Socket.IO protocol v5, "Connection to a namespace"'
SENDING = 'Socket.IO protocol v5, "Sending and receiving data"'
ACKNOWLEDGING = 'Socket.IO protocol v5, "Acknowledgement"'
LEAVING = 'Socket.IO protocol v5, "Disconnection from a namespace"'
MAIN = "/"
PLACEHOLDER, NUMBER = "_placeholder", "num"
HEAD = re.compile(
    r"(?P<kind>[0-9])(?:(?P<count>[0-9]+)-)?(?:(?P<namespace>/[^,]*)(?:,|\Z))?(?P<id>[0-9]+)?", re.ASCII
)
"""What stands before the payload; the comma after a namespace may be missing where nothing follows."""
MOST_ATTACHMENTS = 10_000
MOST_DIGITS = 100
"""Of an id: Python reads no number of thousands of digits."""


class Kind(IntEnum):
    """The types of packets."""

    CONNECT = 0
    DISCONNECT = 1
    EVENT = 2
    ACK = 3
    CONNECT_ERROR = 4
    BINARY_EVENT = 5
    BINARY_ACK = 6


_KINDS = {str(kind.value): kind for kind in Kind}
BINARY = {Kind.EVENT: Kind.BINARY_EVENT, Kind.ACK: Kind.BINARY_ACK}
_WITH_ATTACHMENTS = frozenset(BINARY.values())


@dataclass(frozen=True, slots=True)
class Packet:
    """`data` is the payload: JSON's own types, with bytes where attachments belong; None where there is none.

    An EVENT's is [name, *arguments], an ACK's the list of arguments."""

    kind: Kind
    namespace: str = MAIN
    data: Any = None
    id: int | None = None


# ---------------------------------------------------------------- encoding


def encode(packet: Packet) -> list[str | bytes]:
    """The text and its attachments, each an Engine.IO message. What holds bytes becomes a binary packet.
    Raises ValueError for what JSON cannot hold."""
    attachments: list[bytes] = []
    data = _without_bytes(packet.data, attachments)
    kind = BINARY[packet.kind] if attachments and packet.kind in BINARY else packet.kind
    count = f"{len(attachments)}-" if kind in _WITH_ATTACHMENTS else ""
    namespace = "" if packet.namespace == MAIN else f"{packet.namespace},"
    number = "" if packet.id is None else str(packet.id)
    payload = "" if data is None else dumps(data)
    return [f"{kind.value}{count}{namespace}{number}{payload}", *attachments]


def _without_bytes(value: Any, attachments: list[bytes]) -> Any:
    if isinstance(value, bytes | bytearray):
        attachments.append(bytes(value))
        return {PLACEHOLDER: True, NUMBER: len(attachments) - 1}
    if isinstance(value, dict):
        return {key: _without_bytes(one, attachments) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_bytes(one, attachments) for one in value]
    return value


# ---------------------------------------------------------------- decoding


class Decoder:
    """Puts packets together out of the messages of one session. After a refusal it begins anew."""

    def __init__(self) -> None:
        self._waiting: tuple[Packet, int] | None = None
        self._attachments: list[bytes] = []

    def feed(self, message: str | bytes) -> Packet | None:
        """The packet that this message completes; None while attachments are missing. Raises
        ProtocolError."""
        waiting, self._waiting = self._waiting, None
        if isinstance(message, bytes):
            return self._attach(message, waiting)
        if waiting is not None:
            self._attachments = []
            raise ProtocolError("a text where an attachment is due", SENDING)
        packet, count = _head(message)
        if not count:
            return packet
        self._waiting, self._attachments = (packet, count), []
        return None

    def _attach(self, data: bytes, waiting: tuple[Packet, int] | None) -> Packet | None:
        if waiting is None:
            raise ProtocolError("a binary message that no packet has announced", SENDING)
        packet, count = waiting
        self._attachments.append(data)
        if len(self._attachments) < count:
            self._waiting = waiting
            return None
        attachments, self._attachments = self._attachments, []
        try:
            data = _with_bytes(packet.data, attachments)
        except RecursionError:
            raise ProtocolError("the payload is nested too deep", ENCODING) from None
        return Packet(packet.kind, packet.namespace, data, packet.id)


def _head(text: str) -> tuple[Packet, int]:
    """The packet, without its attachments, and how many of them follow."""
    found = HEAD.match(text)
    digit, digits, namespace, number = found.groups() if found else ("", None, None, None)
    kind = _KINDS.get(digit)
    if found is None or kind is None:
        raise ProtocolError(f"no packet begins with {text[:1]!r}" if text else "an empty packet", ENCODING)
    packet = Packet(kind, namespace or MAIN, _payload(text[found.end() :]), _id(number))
    count = _count(kind, digits)
    _SHAPES[kind](packet)
    return packet, count


def _payload(text: str) -> Any:
    if not text:
        return None
    try:
        return loads(text)
    except NoJson as exc:
        raise ProtocolError(f"the payload is no JSON: {exc}", ENCODING) from None


def _id(digits: str | None) -> int | None:
    if digits is None:
        return None
    if len(digits) > MOST_DIGITS:
        raise ProtocolError(f"an id of {len(digits)} digits", ENCODING)
    return int(digits)


def _count(kind: Kind, digits: str | None) -> int:
    """Of the attachments."""
    if kind not in _WITH_ATTACHMENTS:
        if digits is not None:
            raise ProtocolError(f"{kind.name} has no attachments", ENCODING)
        return 0
    if digits is None or len(digits) > len(str(MOST_ATTACHMENTS)) or not 0 < int(digits) <= MOST_ATTACHMENTS:
        raise ProtocolError(f"{kind.name} says how many attachments follow, at least one", ENCODING)
    return int(digits)


# ---------------------------------------------------------------- the shape of payloads


def _no_id(packet: Packet, clause: str) -> None:
    if packet.id is not None:
        raise ProtocolError(f"{packet.kind.name} has no id", clause)


def _connect(packet: Packet) -> None:
    _no_id(packet, CONNECTING)
    if packet.data is not None and not isinstance(packet.data, dict):
        raise ProtocolError("the payload of CONNECT is an object", CONNECTING)


def _connect_error(packet: Packet) -> None:
    """The document wants an object; servers that send a text are told so by a check of its own."""
    _no_id(packet, CONNECTING)
    if not isinstance(packet.data, dict | str):
        raise ProtocolError("the payload of CONNECT_ERROR is an object", CONNECTING)


def _disconnect(packet: Packet) -> None:
    _no_id(packet, LEAVING)
    if packet.data is not None:
        raise ProtocolError("DISCONNECT has no payload", LEAVING)


def _event(packet: Packet) -> None:
    if not isinstance(packet.data, list) or not packet.data:
        raise ProtocolError("the payload of an event is an array that is not empty", SENDING)
    if not isinstance(packet.data[0], str):
        raise ProtocolError("the first value of an event is its name, a string", SENDING)


def _ack(packet: Packet) -> None:
    if packet.id is None:
        raise ProtocolError("an acknowledgement has an id", ACKNOWLEDGING)
    if not isinstance(packet.data, list):
        raise ProtocolError("the payload of an acknowledgement is an array", ACKNOWLEDGING)


_SHAPES: dict[Kind, Callable[[Packet], None]] = {
    Kind.CONNECT: _connect,
    Kind.DISCONNECT: _disconnect,
    Kind.EVENT: _event,
    Kind.ACK: _ack,
    Kind.CONNECT_ERROR: _connect_error,
    Kind.BINARY_EVENT: _event,
    Kind.BINARY_ACK: _ack,
}


def _with_bytes(value: Any, attachments: list[bytes]) -> Any:
    """Every placeholder replaced; every attachment has one."""
    used: set[int] = set()
    made = _replaced(value, attachments, used)
    if len(used) != len(attachments):
        raise ProtocolError(f"{len(used)} placeholders for {len(attachments)} attachments", SENDING)
    return made


def _replaced(value: Any, attachments: list[bytes], used: set[int]) -> Any:
    if isinstance(value, list):
        return [_replaced(one, attachments, used) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get(PLACEHOLDER) is not True:
        return {key: _replaced(one, attachments, used) for key, one in value.items()}
    number = value.get(NUMBER)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(attachments):
        raise ProtocolError(f"a placeholder for the attachment {number!r} of {len(attachments)}", SENDING)
    used.add(number)
    return attachments[number]
