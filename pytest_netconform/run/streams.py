"""The stage for byte streams: what is expected arrives in however many pieces, and a connection ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..actors.client import Client
from ..actors.stream import Stream
from ..actors.tcp import TcpActor
from ..deadline import Deadline, DeadlineMissed
from ..payload import excerpt
from ..suite.matching import Answer, Expected, exactly
from .bytes_stage import BytesStage
from .stage import SHOWN_WHOLE, Mismatch, NotApplicable, Stage
from .view import HEAD


def as_stream(actor: Client) -> TcpActor:
    """Suites for TCP connect no other clients."""
    assert isinstance(actor, TcpActor)
    return actor


def streams(stage: Stage, names: str | tuple[str, ...] | None) -> list[TcpActor]:
    """As `Stage.members`."""
    return [as_stream(actor) for actor in stage.members(names)]


@dataclass
class StreamStage(BytesStage):
    """A Stage whose clients are TcpActors. `background`: those that stream whenever another one waits."""

    background: list[Stream] = field(default_factory=list)

    def new_client(self, name: str) -> TcpActor:
        actor = TcpActor(name, self.instance, self.transcript.note, self.background)
        if self.paused and not actor.has_room():
            raise NotApplicable("its accept queue is too short for so many clients while it is paused")
        return actor

    def send(self, actor: Client, data: bytes) -> None:
        actor.send(data, self.deadline)

    def receive(self, actor: Client, expected: Expected, deadline: Deadline | None = None) -> None:
        """Wait until what was expected has arrived, and take it. Raises Mismatch at the first byte
        that differs, or when it can no longer come."""
        actor = as_stream(actor)
        deadline = deadline or self.deadline
        agreed = 0
        while True:
            answer = expected.look(actor.received, agreed)
            if answer.state == "matched":
                self._take(actor, answer.used)
                return
            if answer.state == "different":
                raise different(actor, expected, answer)
            agreed = answer.used
            try:
                if not actor.read(deadline):
                    raise ended_early(actor, expected)
            except DeadlineMissed:
                raise unanswered(actor, expected, deadline) from None

    def _take(self, actor: TcpActor, count: int) -> None:
        """The last two replies stay known: what comes too often is often one of them."""
        taken = bytes(actor.received[: min(count, HEAD)])
        self.answered[actor.name] = (*self.answered.get(actor.name, ())[-1:], taken)
        del actor.received[:count]

    @contextmanager
    def streaming(self, actor: TcpActor, data: bytes) -> Iterator[None]:
        """Inside of it the client sends data again and again whenever another one waits; at the end it
        breaks off, because a slow server may have much of it before it. Raises Mismatch where an echo
        differed."""
        stream = Stream(actor, data)
        actor.quiet = True
        self.transcript.note(actor.name, "streams", data)
        self.background.append(stream)
        stream.turn()  # so that the server has of it before it hears of the others
        try:
            yield
        finally:
            self.background.remove(stream)
            actor.quiet = False
        if self.part.replies.acknowledgement is None:  # of those it is open how many come
            self.receive(actor, exactly(stream.differing_from(), "the same bytes"))
        actor.reset()

    def await_read(self, actor: Client) -> None:
        as_stream(actor).await_consumed(self.deadline)

    # ------------------------------------------------------------ the end of a check

    def prove_nothing_more(self, actors: list[Client]) -> None:
        judged = list(map(as_stream, actors))
        if self.may_die or self.instance.exited() is not None:
            self._settle_at_its_end(judged)
        elif self.part.profile.has("closes-at-eof"):
            self._settle_by_end(judged)
        else:
            self._settle_by_fence(judged)

    def _settle_at_its_end(self, actors: list[TcpActor]) -> None:
        """A server that ends owes nothing more. Aborting leaves no TIME_WAIT on its port."""
        for actor in actors:
            actor.read_available()
            self.refuse_surplus(actor)
            actor.reset()

    def _settle_by_end(self, actors: list[TcpActor]) -> None:
        """Where the server ends its side after the client did, reading to the end proves it."""
        for actor in actors:
            actor.half_close()
        for actor in actors:
            actor.read_to_end(self.deadline)
            self.refuse_surplus(actor)

    def _settle_by_fence(self, actors: list[TcpActor]) -> None:
        """Elsewhere one more exchange does, or where the client has half-closed, one of somebody else."""
        replies = self.part.profile.has("replies")
        for actor in actors:
            actor.read_available()
            if replies and actor.ended is None and not actor.half_closed:
                self.exchange(actor, b"end")
        if actors and replies and self.part.profile.has("concurrent"):
            self.newcomer()
        for actor in actors:
            actor.read_available()
            self.refuse_surplus(actor)

    def refuse_surplus(self, actor: Client, *, complete: bool = True) -> None:
        if actor.name in self.ignored:
            return
        actor = as_stream(actor)
        rest = bytes(actor.received)
        if self.part.replies.is_surplus(rest, actor.arrived, actor.sent, complete):
            raise Mismatch(
                f"{actor.name} received too much",
                actor=actor,
                due=b"",
                expected="nothing more",
                received=excerpt(rest),
                got="extra",
            )


# ---------------------------------------------------------------- how mismatches are told


def different(actor: TcpActor, expected: Expected, answer: Answer) -> Mismatch:
    received = bytes(actor.received)
    if expected.exact is None:
        return _something_else(actor, None, expected.said, received)
    wanted = expected.exact
    if len(wanted) <= SHOWN_WHOLE:
        return _something_else(actor, wanted, excerpt(wanted), received)
    at = answer.used
    where = f", from byte {at} of {len(wanted)} on"
    return _something_else(actor, wanted, excerpt(wanted[at : at + 16]), received[at : at + 16], where)


def _something_else(
    actor: TcpActor, due: bytes | None, expected: str, received: bytes, where: str = ""
) -> Mismatch:
    return Mismatch(
        f"{actor.name} received something else{where}",
        actor=actor,
        due=due,
        expected=expected,
        received=excerpt(received),
        got="different",
    )


def ended_early(actor: TcpActor, expected: Expected) -> Mismatch:
    how = {"fin": "connection closed", "reset": "connection reset"}[actor.ended or "fin"]
    return _missing(actor, expected, f"{how} after {_so_far(actor)}", ended=actor.ended)


def unanswered(actor: TcpActor, expected: Expected, deadline: Deadline) -> Mismatch:
    waited = f"within {deadline.seconds:.1f} s; the connection is still open"
    return _missing(actor, expected, f"{_so_far(actor)} {waited}", missed=True)


def _missing(actor: TcpActor, expected: Expected, received: str, **details: Any) -> Mismatch:
    wanted = excerpt(expected.exact) if expected.exact is not None else expected.said
    got = "short" if actor.received else "nothing"
    text = f"{actor.name} received {'only a part of the' if actor.received else 'no'} reply"
    due = expected.exact
    return Mismatch(text, actor=actor, due=due, expected=wanted, received=received, got=got, **details)


def _so_far(actor: TcpActor) -> str:
    received = bytes(actor.received)
    count = f"{len(received)} byte{'' if len(received) == 1 else 's'}"
    return f"{count} ({excerpt(received)})" if received and len(received) <= SHOWN_WHOLE else count
