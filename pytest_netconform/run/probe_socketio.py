"""Finds out whether a target that answers HTTP speaks Socket.IO, by which transports, and what it announces.

Capabilities are declared or announced, never guessed: an event `capabilities` on the main namespace is
acknowledged with {"caps": [...], "server": "..."}, or nobody acknowledges it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..actors.client import ConnectionEnded, Malformed, NoSession, Refused
from ..actors.engineio import PATH, Engine, TransportName
from ..actors.http import HttpClient, NoHttp, Response
from ..actors.pump import Pump
from ..actors.socketio import SocketioActor
from ..deadline import Deadline, DeadlineMissed
from ..errors import did_you_mean
from ..payload import visible
from ..suite.json_values import shown
from ..suite.model import FEATURES
from ..target import Instance
from .profile import ASSUMED, Profile

SECONDS = 5.0
"""For each question; only a target that does not answer lets them pass."""
LATE_ACK = 1.0
"""Seconds for an acknowledgement after the answer to what was sent later: handlers may have threads."""
MAIN = "/"
FENCE = "/netconform-probe"
ANNOUNCED = {"echo": "ack-echo"}
"""Words of the contract that mean something else of byte streams."""
NO = (ConnectionEnded, DeadlineMissed, Malformed, NoSession, Refused)
LONGEST_NAME = 60
TRANSPORTS: tuple[TransportName, ...] = ("polling", "websocket")
MORE_WORDS = frozenset({"connect-timeout", "eio3"})
"""Words of the contract that no check asks for."""
FOR_WEBSOCKET = "for WebSocket install what the library needs, as simple-websocket for python-socketio"


def http_answer(instance: Instance, seconds: float, version: int = 4) -> Response | None:
    """The answer to an Engine.IO handshake by HTTP; None where it is none of HTTP."""
    client = HttpClient(instance)
    try:
        return client.ask("GET", f"{PATH}?EIO={version}&transport=polling", Deadline(seconds))
    except (NoHttp, ConnectionEnded, DeadlineMissed, Refused):
        return None
    finally:
        client.close()


@dataclass(frozen=True)
class Announced:
    """The capabilities, and what is said of them."""

    features: frozenset[str] = frozenset()
    told: str = "announces no capabilities: the seed events only"


class NotLetIn(Exception):
    """Why nobody comes into the main namespace."""


def profile_of(instance: Instance, answer: Response, patience: float) -> Profile:
    """Of a target that has answered the handshake so."""
    failures = {name: _failure_of(instance, name, patience) for name in TRANSPORTS}
    transports = [name for name, failure in failures.items() if not failure]
    if not transports:
        return Profile("unknown", _no_socketio(instance, answer, failures["polling"], patience))
    try:
        announced = _announced(instance, transports[-1], patience)
    except NotLetIn as exc:
        return Profile("unknown", f"speaks Engine.IO, but {exc}: serve the app's events in the namespace /")
    features = ASSUMED | frozenset(transports) | {"seed"} | announced.features
    return Profile("socketio", f"speaks Socket.IO ({_ways(transports)}), {announced.told}", features)


def _ways(transports: Sequence[str]) -> str:
    if "websocket" not in transports:
        return f"long-polling only: {FOR_WEBSOCKET}"
    return " and ".join(transports) if len(transports) > 1 else f"{transports[0]} only"


def _no_socketio(instance: Instance, answer: Response, failure: str, patience: float) -> str:
    older = answer if _is_of_version_3(answer) else http_answer(instance, SECONDS * patience, version=3)
    if older is not None and _is_of_version_3(older):
        return "speaks Engine.IO 3, of Socket.IO 2 and older: update the server's library"
    if answer.body.startswith(b"0{"):
        return f"answers the Engine.IO handshake at {PATH}, but cannot be used: {failure}"
    body = visible(answer.body.decode("utf-8", "replace").strip())
    said = f" ({body[:LONGEST_NAME]})" if answer.status == 400 and body else ""
    told = f"answers HTTP, but no Engine.IO handshake at {PATH}: status {answer.status}{said}"
    return f"{told}. Start the app that has Socket.IO in it, at this path"


def _is_of_version_3(answer: Response) -> bool:
    """Its payloads begin with a length, in digits or, in the binary form, in bytes up to 255."""
    return re.match(rb"(\d+:|\0[\0-\x09]+\xff)0\{", answer.body) is not None


def _failure_of(instance: Instance, transport: TransportName, patience: float) -> str:
    """Why no session opens; empty where one does."""
    engine = Engine("probe", instance, lambda *_: None)
    try:
        engine.connect(transport, Deadline(SECONDS * patience))
    except NO as exc:
        return str(exc)
    finally:
        engine.say_goodbye(Deadline(SECONDS * patience))
    return ""


def _announced(instance: Instance, transport: TransportName, patience: float) -> Announced:
    """Raises NotLetIn."""
    actor = SocketioActor("probe", instance, lambda *_: None, pump := Pump(), transport)
    try:
        _enter(actor, patience)
        ack_id = actor.emit("capabilities", [], MAIN, Deadline(SECONDS * patience), ack=True)
        assert ack_id is not None
        acks = actor.member(MAIN).acks
        with contextlib.suppress(DeadlineMissed):
            actor.join(FENCE, None, Deadline(SECONDS * patience))
            actor.until(lambda: ack_id in acks, Deadline(LATE_ACK * patience), "the capabilities")
        return _understood(acks[ack_id][0]) if ack_id in acks else Announced()
    except (ConnectionEnded, Malformed):
        return Announced()
    finally:
        actor.close()
        pump.close()


def _enter(actor: SocketioActor, patience: float) -> None:
    try:
        actor.connect(Deadline(SECONDS * patience))
        member = actor.join(MAIN, None, Deadline(SECONDS * patience))
    except NO as exc:
        raise NotLetIn(f"does not answer CONNECT: {exc}") from None
    if member.refused:
        raise NotLetIn(f"refuses CONNECT with {shown(member.refusal)}")


def _understood(arguments: list[Any]) -> Announced:
    """Words that nobody knows are left out, and told."""
    announced = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
    caps, server = announced.get("caps"), announced.get("server")
    if not isinstance(caps, list):
        if not arguments:
            return Announced()
        return Announced(told='answers "capabilities" with what is no {"caps": [...]}: the seed events only')
    words = [ANNOUNCED.get(word, word) for word in caps if isinstance(word, str)]
    known = frozenset(words) & FEATURES.keys()
    plural = "capability" if len(known) == 1 else "capabilities"
    told = f"announces {len(known)} {plural}" if known else Announced.told
    if unknown := sorted(set(words) - known - MORE_WORDS):
        told += f", and {unknown[0]!r}, which is none{did_you_mean(unknown[0], FEATURES)}"
    if isinstance(server, str) and server:
        told += f"; {visible(server)[:LONGEST_NAME]}"
    return Announced(known, told)
