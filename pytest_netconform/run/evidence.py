"""Gathers what is known of a mismatch, after the finding is made; nothing here changes a verdict.

The client that found it is still connected: what else comes there, and what makes a missing reply come
after all, tells one defect from another.
"""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ..actors.client import ConnectionEnded, Refused
from ..actors.tcp import TcpActor
from ..deadline import Deadline, DeadlineMissed
from .signature import TOKEN
from .stage import Mismatch
from .streams import StreamStage, as_stream
from .transcript import Event
from .view import HEAD, Evidence

REST = 2.0
"""Seconds for what still comes after wrong bytes; only a server that keeps its side open lets them pass."""
LATE = 1.0
"""Seconds for a missing reply after each attempt to make it come."""
MOST_REST = 64 * 1024


def gather(stage: StreamStage, mismatch: Mismatch) -> Evidence | None:
    """The evidence of what a client received or the server printed; None where there is none."""
    if mismatch.due is None:
        return None
    said = _said(stage)
    if mismatch.actor is None:
        return _of_output(stage, mismatch.due, said)
    actor = as_stream(mismatch.actor)
    evidence = _of_reply(stage, mismatch, actor, said)
    if stage.paused or not actor.open:
        return evidence
    if mismatch.details.get("missed"):
        return replace(evidence, waited_for=_waited_for(stage, actor, mismatch.due))
    complete = _read_the_rest(stage, actor, mismatch.due)
    answers_end = evidence.acknowledges and evidence.half_closed and _answers_end(stage)
    received = bytes(actor.received)
    return replace(evidence, received=received, complete=complete, answers_end=answers_end)


def _of_output(stage: StreamStage, text: bytes, said: Said) -> Evidence:
    return Evidence(
        text,
        encoding=stage.part.encoding,
        others=said.of_open(stage),
        earlier=(*stage.earlier, *said.gone),
        printed=stage.instance.log.since(stage.log_mark),
        whole_characters=all(_is_whole(sent, stage.part.encoding) for sent in said.connections()),
    )


def _of_reply(stage: StreamStage, mismatch: Mismatch, actor: TcpActor, said: Said) -> Evidence:
    part, due = stage.part, mismatch.due or b""
    return Evidence(
        due,
        bytes(actor.received),
        got=mismatch.details.get("got"),
        ended=actor.ended is not None,
        missed=bool(mismatch.details.get("missed")),
        complete=actor.ended is not None,
        encoding=part.encoding,
        acknowledgement=part.profile.acknowledgement(part.encoding),
        acknowledges=part.replies.acknowledgement is not None,
        half_closed=actor.half_closed,
        answered=stage.answered.get(actor.name, ()),
        sent=_joined(said.open.get(actor.name, ())),
        others=said.of_open(stage, actor.name),
        earlier=(*stage.earlier, *said.gone),
        elsewhere=part.replies.acknowledgement is None and _is_elsewhere(stage, actor, due, said),
    )


def _is_elsewhere(stage: StreamStage, actor: TcpActor, due: bytes, said: Said) -> bool:
    """Whether the missing bytes came to another client, which did not send them."""
    if len(due) < TOKEN or actor.received:
        return False
    for other in map(as_stream, stage.actors.values()):
        if other is not actor and other.open and not other.stalled:
            other.read_available()
            if due in other.received and due not in b"".join(said.open.get(other.name, ())):
                return True
    return False


# ---------------------------------------------------------------- what was said


@dataclass
class Said:
    """What the clients of this check sent: those that are connected, by name, and those that have gone."""

    open: dict[str, list[bytes]] = field(default_factory=dict)
    gone: tuple[bytes, ...] = ()
    ended: list[bytes] = field(default_factory=list)

    def take(self, event: Event) -> None:
        if event.what in ("connects", "closes", "resets"):
            self.let_go(event.actor)
        if event.what == "sends":
            self.open.setdefault(event.actor, []).append(event.data)

    def let_go(self, name: str) -> None:
        pieces = self.open.pop(name, [])
        self.gone += _joined(pieces)
        self.ended.append(b"".join(pieces))

    def of_open(self, stage: StreamStage, but: str = "") -> tuple[bytes, ...]:
        names = [name for name in self.open if name != but]
        return tuple(message for name in names for message in _joined(self.open[name]))

    def connections(self) -> Iterable[bytes]:
        """All that each connection of the check sent."""
        return [*self.ended, *(b"".join(pieces) for pieces in self.open.values())]


def _said(stage: StreamStage) -> Said:
    said = Said()
    for event in stage.transcript.events:
        said.take(event)
    for name in [name for name in said.open if name in stage.actors and not stage.actors[name].open]:
        said.let_go(name)
    return said


def _joined(pieces: Iterable[bytes]) -> tuple[bytes, ...]:
    """Each piece, and all of them together, which a server may have read as one."""
    pieces = tuple(pieces)
    return (*pieces, b"".join(pieces)[:HEAD]) if len(pieces) > 1 else pieces


def _is_whole(data: bytes, encoding: str) -> bool:
    try:
        codecs.decode(data, encoding)
    except ValueError:
        return False
    return True


def messages(events: Iterable[Event]) -> list[bytes]:
    """What was sent in a check, for the memory of the checks after it."""
    return [event.data for event in events if event.what == "sends"]


# ---------------------------------------------------------------- what comes after all


def _read_the_rest(stage: StreamStage, actor: TcpActor, due: bytes) -> bool:
    """Everything that still comes when the client has ended its side; whether nothing more can."""
    deadline = Deadline(REST * stage.part.patience)
    most = len(due) + MOST_REST
    actor.half_close()
    with contextlib.suppress(DeadlineMissed):
        while len(actor.received) < most and actor.read(deadline):
            pass
    return actor.ended is not None


def _answers_end(stage: StreamStage) -> bool:
    """Whether a client that ends its side at once, without a word, is answered."""
    actor = TcpActor("silent", stage.instance, lambda *_: None)
    deadline = Deadline(REST * stage.part.patience)
    try:
        actor.connect(deadline)
        actor.half_close()
        return actor.read(deadline)
    except (Refused, ConnectionEnded, DeadlineMissed):
        return False
    finally:
        actor.close()


def _waited_for(stage: StreamStage, actor: TcpActor, due: bytes) -> str:
    """What makes the missing reply come: more data, a newline, or the end; empty if nothing does."""
    if actor.half_closed or actor.stalled or actor.ended:
        return ""
    missing = due[len(actor.received) :]
    more = b"y" if missing.startswith(b"x") else b"x"
    attempts = [("more", more), ("newline", b"\n"), ("end", b"")]
    for name, data in attempts:
        before = len(actor.received)
        try:
            if data:
                actor.send(data, _soon(stage))
                with contextlib.suppress(DeadlineMissed):  # it may leave data unread
                    actor.await_consumed(_soon(stage))
            else:
                actor.half_close()
            came = actor.read(_soon(stage))
        except DeadlineMissed:
            continue
        except ConnectionEnded:
            return ""
        return name if came and _goes_on_rightly(actor, due, before) else ""
    return ""


def _soon(stage: StreamStage) -> Deadline:
    return Deadline(LATE * stage.part.patience)


def _goes_on_rightly(actor: TcpActor, due: bytes, before: int) -> bool:
    """Whether some of the missing bytes have come, and no others."""
    received = bytes(actor.received[: len(due)])
    return len(received) > before and due.startswith(received)
