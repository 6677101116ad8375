"""Finds out what a target speaks, on an instance of its own, before any check is played."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..actors.client import Client, ConnectionEnded, Refused
from ..actors.tcp import TcpActor
from ..actors.udp import UdpActor, heard_from_anybody
from ..deadline import Deadline, DeadlineMissed, poll
from ..errors import NotTestable
from ..payload import ENCODINGS_TO_GUESS, decode_guess, excerpt, visible
from ..target import Instance, Target, Transport
from .profile import ASSUMED, Probed, Profile, Speaks, features_of

FIRST, SECOND = b"netconform", b"probe!"
SAMPLE = "你好"
ENCODINGS = ("gbk", "utf-8")

ANSWER = 5.0
"""Seconds for the first answer; only a target that does not answer lets them pass."""
END = 2.0
"""Seconds for the end of the connection; only a target that keeps it open lets them pass."""
PRINTING = 0.5
STRANGER = 0.5
"""Seconds for an answer from another port, when the right port has not answered."""
LONGEST_REPLY = 64 * 1024
HTTP = b"HTTP/"
RESTING_LOOKS = 20


@dataclass(frozen=True)
class Seen:
    """What came back to one client: after the first message, in all, and how the connection ended.

    `waited_for`: what it took until something came. Of datagrams: `second` is the answer to the second
    one, None where none came; `elsewhere` tells that the answer came from another port.
    """

    first: bytes
    total: bytes
    ended: bool
    waited_for: str = ""
    second: bytes | None = None
    elsewhere: bool = False


def probe(target: Target, patience: float = 1.0) -> Probed:
    """Start the target, talk to it, stop it. What keeps it from being tested is part of the answer."""
    try:
        instance = target.start()
    except NotTestable as exc:
        return Probed(None, blame=exc.blame, fault=str(exc), explanation=exc.explanation)
    except OSError as exc:  # the disk is full, no process can be made, ...
        return Probed(None, blame="environment", fault=f"the tester itself failed: {exc}")
    try:
        profile = _profile(instance, patience)
    finally:
        instance.stop()
    return Probed(profile, instance.port, instance.takes_port, instance.other_addresses, notes=instance.notes)


def _profile(instance: Instance, patience: float) -> Profile:
    mark = instance.log.mark()
    try:
        seen = _CONVERSE[instance.transport](instance, patience)
    except _SpeaksHttp as found:
        from .probe_socketio import profile_of  # with the libraries of its clients

        return profile_of(instance, found.answer, patience)
    except (Refused, ConnectionEnded, DeadlineMissed) as exc:
        return Profile("unknown", f"does not serve: {exc}", transport=instance.transport)
    speaks, reply, many = _UNDERSTAND[instance.transport](seen)
    if instance.transport == "tcp" and speaks == "acknowledge" and not _is_certainly_one(reply, seen):
        reply = _reply_to_one_byte(instance, patience) or reply
    features = ASSUMED | features_of(speaks)
    if seen.ended:
        features |= {"closes-at-eof"}
    encoding = prints_in = ""
    if _printed(instance, FIRST.decode(), mark, ("ascii",), patience):
        features |= {"prints"}
        encoding, prints_in = _encodings(instance, patience)
    sentence = _sentence(instance.transport, speaks, reply, many, seen, encoding, "prints" in features)
    reply_in = _written_in(reply, seen.total)
    return Profile(speaks, sentence, features, reply, encoding, prints_in, instance.transport, reply_in)


def _written_in(reply: str, received: bytes) -> str:
    """The encoding in which the acknowledgement came; empty for text that is alike in all of them."""
    if reply.isascii():
        return ""
    guesses = (guess for guess in ENCODINGS_TO_GUESS if reply.encode(guess, "ignore") in received)
    return next(guesses, "latin-1")


def _converse(instance: Instance, patience: float) -> Seen:
    """One message, its answer, a second message, the end of sending, and everything that still comes."""
    actor = TcpActor("probe", instance, lambda *_: None)
    actor.connect(Deadline(ANSWER * patience))
    try:
        actor.send(FIRST, Deadline(ANSWER * patience))
        waited_for = ""
        if not _answers_at_once(actor, patience) or actor.received.startswith(HTTP):
            _raise_if_http(instance, patience)
        if not _answers(actor, patience):
            actor.send(b"\n", Deadline(ANSWER * patience))
            waited_for = "a newline"
            if not _answers(actor, patience):
                waited_for = "the end of sending"
        first = bytes(actor.received)
        if first and not waited_for:
            _send_if_open(actor, SECOND, patience)
        actor.half_close()
        ended = _read_to_end(actor, Deadline(END * patience))
        total = bytes(actor.received)
        return Seen(first, total, ended, waited_for if total else "")
    finally:
        actor.close()


def _is_certainly_one(reply: str, seen: Seen) -> bool:
    """Whether the acknowledgement came as one piece, which is not made of several."""
    return decode_guess(seen.first) == reply and not _period(seen.first)


def _reply_to_one_byte(instance: Instance, patience: float) -> str:
    """One byte can be read only once, and is acknowledged once; a message may be read in several
    pieces, each with an acknowledgement of its own. Empty where that could not be seen."""
    actor = TcpActor("probe", instance, lambda *_: None)
    try:
        actor.connect(Deadline(ANSWER * patience))
        actor.send(FIRST[:1], Deadline(ANSWER * patience))
        if not _answers(actor, patience):
            return ""
        actor.half_close()
        _read_to_end(actor, Deadline(END * patience))
        return decode_guess(bytes(actor.received))
    except (Refused, ConnectionEnded, DeadlineMissed):
        return ""
    finally:
        actor.close()


def _ask(instance: Instance, patience: float) -> Seen:
    """Two datagrams, one after the other, and their answers."""
    actor = UdpActor("probe", instance, lambda *_: None)
    actor.connect()
    answers: list[bytes] = []
    try:
        for data in (FIRST, SECOND):
            actor.send(data)
            answers.append(actor.receive(Deadline(ANSWER * patience)))
    except (DeadlineMissed, Refused):
        if not answers and instance.exited():
            raise
    finally:
        actor.close()
    if answers:
        return Seen(answers[0], b"".join(answers), ended=False, second=dict(enumerate(answers)).get(1))
    heard = heard_from_anybody(instance, FIRST, Deadline(STRANGER * patience))
    stray = heard[0] if heard else b""
    return Seen(stray, stray, ended=False, elsewhere=heard is not None)


def _understand_datagrams(seen: Seen) -> tuple[Speaks, str, bool]:
    """As `understand`: an echo, or the same text for both."""
    many = seen.second is not None
    text = decode_guess(seen.first)
    if seen.first == FIRST:
        return "echo", "", many
    if not seen.total:
        return "nothing", "", False
    if seen.second in (None, seen.first) and visible(text.strip()) == text.strip():
        return "acknowledge", text, many
    return "unknown", "", many


_CONVERSE: dict[Transport, Callable[[Instance, float], Seen]] = {"tcp": _converse, "udp": _ask}
_CLIENTS: dict[Transport, type[Client]] = {"tcp": TcpActor, "udp": UdpActor}


class _SpeaksHttp(Exception):
    def __init__(self, answer: Any) -> None:
        super().__init__("it speaks HTTP")
        self.answer = answer


def _raise_if_http(instance: Instance, patience: float) -> None:
    """Asked on a connection of its own, while the first one waits for more of a message."""
    from .probe_socketio import http_answer

    if (answer := http_answer(instance, END * patience)) is not None:
        raise _SpeaksHttp(answer)


def _answers_at_once(actor: TcpActor, patience: float) -> bool:
    """Whether something comes before the server has read all and rests."""
    resting = 0

    def found() -> bool:
        nonlocal resting
        actor.read_available()
        resting = resting + 1 if actor.is_consumed() and actor.instance.asleep() else 0
        return bool(actor.received) or actor.ended is not None or resting >= RESTING_LOOKS

    with contextlib.suppress(DeadlineMissed):
        poll(found, Deadline(ANSWER * patience), "")
    return bool(actor.received) or actor.ended is not None


def _answers(actor: TcpActor, patience: float) -> bool:
    if actor.received:
        return True
    try:
        return actor.read(Deadline(ANSWER * patience))
    except DeadlineMissed:
        return False


def _send_if_open(actor: TcpActor, data: bytes, patience: float) -> None:
    try:
        actor.send(data, Deadline(ANSWER * patience))
    except ConnectionEnded:
        return


def _read_to_end(actor: TcpActor, deadline: Deadline) -> bool:
    try:
        while len(actor.received) < LONGEST_REPLY:
            if not actor.read(deadline):
                return True
    except DeadlineMissed:
        pass
    return False


def understand(seen: Seen) -> tuple[Speaks, str, bool]:
    """(what it speaks, the acknowledgement's text, whether it answered both messages)."""
    first, total = seen.first, seen.total
    if not total:
        return "nothing", "", False
    if seen.waited_for:
        return "unknown", "", False
    if total in (FIRST + SECOND, FIRST):
        return "echo", "", total != FIRST
    for reply in (first, _period(total)):  # the first answer may have arrived in pieces
        text = decode_guess(reply)
        if _repeats(reply, total) and visible(text.strip()) == text.strip():
            return "acknowledge", text, len(total) > len(reply)
    return "unknown", "", False


_UNDERSTAND: dict[Transport, Callable[[Seen], tuple[Speaks, str, bool]]] = {
    "tcp": understand,
    "udp": _understand_datagrams,
}


def _repeats(piece: bytes, total: bytes) -> bool:
    """Whether `total` is `piece` again and again; a flood is cut anywhere."""
    return bool(piece) and (piece * (len(total) // len(piece) + 1))[: len(total)] == total


def _period(total: bytes) -> bytes:
    """The shortest piece of which it is made two or more times, as of the answers to several messages."""
    pieces = (total[:size] for size in range(1, len(total) // 2 + 1) if len(total) % size == 0)
    return next((piece for piece in pieces if piece * (len(total) // len(piece)) == total), b"")


def _printed(instance: Instance, text: str, mark: int, encodings: tuple[str, ...], patience: float) -> bool:
    try:
        instance.log.wait_for(text, Deadline(PRINTING * patience), mark=mark, encodings=encodings)
    except DeadlineMissed:
        return False
    return True


def _encodings(instance: Instance, patience: float) -> tuple[str, str]:
    """The encodings in which the target understands text and prints it, told by a sample; or empty."""
    for encoding in ENCODINGS:
        mark = instance.log.mark()
        actor = _CLIENTS[instance.transport]("probe", instance, lambda *_: None)
        try:
            actor.connect(Deadline(END * patience))
            actor.send(SAMPLE.encode(encoding), Deadline(END * patience))
            if _printed(instance, SAMPLE, mark, ENCODINGS, patience):
                in_utf8 = instance.log.count(SAMPLE, mark=mark, encodings=("utf-8",))
                return encoding, "utf-8" if in_utf8 else "gbk"
        except (Refused, ConnectionEnded, DeadlineMissed):
            return "", ""
        finally:
            actor.close()
    return "", ""


def _sentence(
    transport: Transport, speaks: Speaks, reply: str, many: bool, seen: Seen, encoding: str, prints: bool
) -> str:
    datagrams = transport == "udp"
    words = {
        "echo": "echoes",
        "acknowledge": f"answers {visible(reply)!r} to everything",
        "socketio": "speaks Socket.IO",
        "nothing": f"{'takes datagrams' if datagrams else 'accepts'}, but answers nothing",
        "unknown": f"answers {excerpt(seen.total)} to {excerpt(FIRST)}",
    }[speaks]
    if seen.waited_for:
        words += f", but only after {seen.waited_for}"
    parts = [f"{words} (UDP)" if datagrams else words]
    if seen.elsewhere:
        parts.append("but from another port than the one that was asked")
    elif speaks in ("echo", "acknowledge") and not many:
        parts.append(f"but only the first {'datagram' if datagrams else 'message of a connection'}")
    if prints:
        parts.append(f"prints what it receives{f' ({encoding.upper()})' if encoding else ''}")
    if not seen.ended and not datagrams:
        parts.append("keeps its side open at end of file")
    return ", ".join(parts)
