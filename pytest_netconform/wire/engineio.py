"""Engine.IO protocol v4: packets, the payloads of long-polling, and the handshake."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from .errors import ProtocolError
from .strict_json import NoJson, loads

SEPARATOR = "\x1e"
PACKETS = 'Engine.IO protocol v4, "Packet encoding"'
POLLING = 'Engine.IO protocol v4, "HTTP long-polling"'
HANDSHAKE = 'Engine.IO protocol v4, "Handshake"'


class Kind(IntEnum):
    """The types of packets."""

    OPEN = 0
    CLOSE = 1
    PING = 2
    PONG = 3
    MESSAGE = 4
    UPGRADE = 5
    NOOP = 6


_KINDS = {str(kind.value): kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Packet:
    """`data` is text; only a message may be bytes."""

    kind: Kind
    data: str | bytes = ""


@dataclass(frozen=True)
class Handshake:
    """The payload of OPEN. Times in milliseconds, `max_payload` in bytes, None where an old server says
    nothing of it. An interval of 0 is read: some servers round it down to that, and go on."""

    sid: str
    upgrades: tuple[str, ...]
    ping_interval: int
    ping_timeout: int
    max_payload: int | None


def encode(packet: Packet) -> str | bytes:
    """One WebSocket message: text, or for a binary message its bytes alone."""
    if isinstance(packet.data, bytes):
        return packet.data
    return f"{packet.kind.value}{packet.data}"


def decode(frame: str | bytes) -> Packet:
    """As `encode`, backwards. Raises ProtocolError."""
    if isinstance(frame, bytes):
        return Packet(Kind.MESSAGE, frame)
    kind = _KINDS.get(frame[:1])
    if kind is None:
        raise ProtocolError(f"no packet begins with {frame[:1]!r}" if frame else "an empty packet", PACKETS)
    return Packet(kind, frame[1:])


def encode_payload(packets: Iterable[Packet]) -> str:
    """The body of a long-polling request or answer."""
    return SEPARATOR.join(map(_in_payload, packets))


def _in_payload(packet: Packet) -> str:
    frame = encode(packet)
    return frame if isinstance(frame, str) else "b" + base64.b64encode(frame).decode()


def decode_payload(body: str) -> list[Packet]:
    """As `encode_payload`, backwards. Raises ProtocolError."""
    return [_from_payload(piece) for piece in body.split(SEPARATOR)]


def _from_payload(piece: str) -> Packet:
    if not piece.startswith("b"):
        return decode(piece)
    try:
        return Packet(Kind.MESSAGE, base64.b64decode(piece[1:].encode("ascii"), validate=True))
    except (binascii.Error, UnicodeEncodeError) as exc:
        raise ProtocolError(f"no base64 after b: {exc}", POLLING) from None


def parse_handshake(packet: Packet) -> Handshake:
    """The first packet of a session. Raises ProtocolError."""
    if packet.kind != Kind.OPEN or not isinstance(packet.data, str):
        raise ProtocolError(f"the first packet is {packet.kind.name}, not OPEN", HANDSHAKE)
    try:
        found = loads(packet.data)
    except NoJson as exc:
        raise ProtocolError(f"the handshake is no JSON: {exc}", HANDSHAKE) from None
    if not isinstance(found, dict):
        raise ProtocolError("the handshake is no object", HANDSHAKE)
    upgrades = _of(found, "upgrades", list)
    if not all(isinstance(one, str) for one in upgrades):
        raise ProtocolError("'upgrades' is not a list of texts", HANDSHAKE)
    most = _number(found, "maxPayload") if "maxPayload" in found else None
    sid = _of(found, "sid", str)
    return Handshake(
        sid, tuple(upgrades), _number(found, "pingInterval"), _number(found, "pingTimeout"), most
    )


def _of(found: dict[str, Any], key: str, kind: type) -> Any:
    if not isinstance(found.get(key), kind):
        raise ProtocolError(f"{key!r} is missing or of the wrong type", HANDSHAKE)
    return found[key]


def _number(found: dict[str, Any], key: str) -> int:
    value = _of(found, key, int)
    if isinstance(value, bool) or value < 0:
        raise ProtocolError(f"{key!r} is no whole number from 0 on", HANDSHAKE)
    return int(value)
