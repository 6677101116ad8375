"""The stage on which one check is played: its clients, variables and transcript, and the rules that
hold for every check (surplus, the newcomer at the end). The verbs act on it in `handlers`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..actors.tcp import Refused, TcpActor
from ..deadline import Deadline, DeadlineMissed
from ..payload import excerpt, parse_duration
from ..suite.evaluate import BadValue, Scope
from ..suite.matching import Answer, Expected
from ..suite.meaning import CROWD
from ..suite.model import Check, Suite
from ..suite.steps import Step
from ..target import Instance
from .profile import Profile, Replies
from .transcript import Transcript

DEFAULT_DEADLINE = 10.0
NEWCOMER = "newcomer"
SHOWN_WHOLE = 24


class Mismatch(Exception):
    """A step found what it must not find."""

    def __init__(self, text: str, **details: Any) -> None:
        super().__init__(text)
        self.details = details


class NotApplicable(Exception):
    """The check cannot be played on this server, which is no fault of it."""


@dataclass(frozen=True)
class Part:
    """What is played: a check of a suite with its parameters, for a target of this profile."""

    suite: Suite
    check: Check
    variables: Mapping[str, Any]
    profile: Profile
    replies: Replies
    encoding: str
    patience: float
    shown_path: str

    @property
    def name(self) -> str:
        """`suite/slug`."""
        return self.check.id

    @property
    def seed(self) -> str:
        """Of what is random within a step; the same where the steps stand in another check of the suite."""
        return self.suite.name

    def deadline(self, share: float = 1.0) -> Deadline:
        seconds = parse_duration(self.check.deadline) if self.check.deadline else DEFAULT_DEADLINE
        return Deadline(seconds * self.patience * share)

    def at(self, step: Step | None) -> str:
        return f"{self.shown_path}:{step.line if step else self.check.line}"


@dataclass
class Stage:
    """The state of one playing, which the verbs act on."""

    part: Part
    instance: Instance
    deadline: Deadline
    transcript: Transcript = field(default_factory=Transcript)
    actors: dict[str, TcpActor] = field(default_factory=dict)
    log_mark: int = 0
    paused: bool = False
    step: Step | None = None
    loop: dict[str, int] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)
    may_die: bool = False

    def scope(self, actor: str = "", index: int = 0) -> Scope:
        variables = {**self.part.variables, "client": actor, "i": index, **self.loop}
        suite, part = self.part.suite, self.part
        return Scope(variables, part.encoding, suite.path.parent, part.seed, part.replies.to)

    # ------------------------------------------------------------ clients

    def connect(self, name: str, receive_buffer: int | None = None) -> TcpActor:
        if name in self.actors:
            self.actors[name].close()
        actor = TcpActor(name, self.instance, self.transcript.note)
        if self.paused and not actor.has_room():
            raise NotApplicable("its accept queue is too short for so many clients while it is paused")
        self.actors[name] = actor
        try:
            actor.connect(self.deadline, receive_buffer)
        except Refused as exc:
            raise Mismatch(
                f"{name} cannot connect", expected="a connection", received=str(exc), got="nothing"
            ) from exc
        return actor

    def members(self, names: str | tuple[str, ...] | None) -> list[TcpActor]:
        """The named clients; a crowd's name stands for all of it; None for the only client there is.

        Raises BadValue where a client is not connected after all, because a parameter left it out."""
        if names is None:
            return [actor for actor in self.actors.values() if actor.open and actor.name != NEWCOMER]
        wanted = (names,) if isinstance(names, str) else names
        return [actor for name in wanted for actor in self._called(name)]

    def _called(self, name: str) -> Iterator[TcpActor]:
        if name == CROWD:
            yield from (actor for key, actor in self.actors.items() if key.startswith(f"{CROWD}["))
        elif name in self.actors:
            yield self.actors[name]
        else:
            raise BadValue(f"no client called {name!r} is connected here")

    # ------------------------------------------------------------ receiving

    def receive(self, actor: TcpActor, expected: Expected, deadline: Deadline | None = None) -> None:
        """Wait until what was expected has arrived, and take it. Raises Mismatch at the first byte
        that differs, or when it can no longer come."""
        deadline = deadline or self.deadline
        agreed = 0
        while True:
            answer = expected.look(actor.received, agreed)
            if answer.state == "matched":
                del actor.received[: answer.used]
                return
            if answer.state == "different":
                raise different(actor, expected, answer)
            agreed = answer.used
            try:
                if not actor.read(deadline):
                    raise ended_early(actor, expected)
            except DeadlineMissed:
                raise unanswered(actor, expected, deadline) from None

    def exchange(self, actor: TcpActor, data: bytes) -> None:
        """Send data and receive the reply to it."""
        actor.send(data, self.deadline)
        self.receive(actor, self.part.replies.to(data))

    def newcomer(self) -> None:
        """Two new clients, one after the other, do a full exchange each: the first reply may still be
        on its way while the server dies, the second connection finds out.

        For a target that never replies: they are accepted and what they send is read."""
        for data in (b"first", b"second"):
            actor = self.connect(NEWCOMER)
            if self.part.profile.has("replies"):
                self.exchange(actor, data)
            else:
                self.ignored.add(NEWCOMER)
                actor.send(data, self.deadline)
                actor.await_consumed(self.deadline)
            self.close(actor)

    def close(self, actor: TcpActor) -> None:
        """Close in the ordinary way, after proving that nothing came that was not expected."""
        actor.read_available()
        self.refuse_surplus(actor, complete=False)
        actor.close()

    # ------------------------------------------------------------ the end of a check

    def settle(self) -> None:
        """No client has got a byte too many, and a newcomer is served."""
        judged = [actor for actor in self.actors.values() if actor.open and actor.name not in self.ignored]
        if self.part.profile.has("closes-at-eof"):
            self._settle_by_end(judged)
        else:
            self._settle_by_fence(judged)
        connected = bool(self.actors)
        self.close_all()
        if connected and not self.may_die:
            self.newcomer()

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

    def refuse_surplus(self, actor: TcpActor, *, complete: bool = True) -> None:
        """`complete` tells that nothing more can come."""
        if actor.name in self.ignored:
            return
        rest = bytes(actor.received)
        if self.part.replies.is_surplus(rest, actor.arrived, actor.sent, complete):
            raise Mismatch(
                f"{actor.name} received too much",
                expected="nothing more",
                received=excerpt(rest),
                got="extra",
            )

    def close_all(self) -> None:
        for actor in self.actors.values():
            actor.close()


# ---------------------------------------------------------------- how mismatches are told


def different(actor: TcpActor, expected: Expected, answer: Answer) -> Mismatch:
    received = bytes(actor.received)
    if expected.exact is None:
        return _something_else(actor, expected.said, received)
    wanted = expected.exact
    if len(wanted) <= SHOWN_WHOLE:
        return _something_else(actor, excerpt(wanted), received)
    at = answer.used
    where = f", from byte {at} of {len(wanted)} on"
    return _something_else(actor, excerpt(wanted[at : at + 16]), received[at : at + 16], where)


def _something_else(actor: TcpActor, expected: str, received: bytes, where: str = "") -> Mismatch:
    return Mismatch(
        f"{actor.name} received something else{where}",
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
    return Mismatch(text, expected=wanted, received=received, got=got, **details)


def _so_far(actor: TcpActor) -> str:
    received = bytes(actor.received)
    count = f"{len(received)} byte{'' if len(received) == 1 else 's'}"
    return f"{count} ({excerpt(received)})" if received and len(received) <= SHOWN_WHOLE else count
