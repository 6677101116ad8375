"""The stage on which one check is played: its clients, variables and transcript, and the rules that
hold for every check (surplus, the newcomer at the end). The verbs act on it in `handlers`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from ..actors.client import Client, Refused
from ..deadline import Deadline
from ..errors import EnvironmentFault
from ..payload import parse_duration
from ..suite.evaluate import BadValue, Scope
from ..suite.meaning import CROWD, GROUP
from ..suite.model import Check, Suite
from ..suite.step import Step
from ..target import Instance, Vitals, clients
from .profile import Profile, Replies
from .transcript import Transcript

DEFAULT_DEADLINE = 10.0
NEWCOMER = "newcomer"
SHOWN_WHOLE = 24


class Mismatch(Exception):
    """A step found what it must not find: at this client, if at one, to which these bytes were due."""

    def __init__(
        self, text: str, *, actor: Client | None = None, due: bytes | None = None, **details: Any
    ) -> None:
        super().__init__(text)
        self.actor = actor
        self.due = due
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
class Stage(ABC):
    """The state of one playing, which the verbs act on."""

    part: Part
    instance: Instance
    deadline: Deadline
    handlers: Mapping[type[Step], Callable[[Any, Any], None]]
    transcript: Transcript = field(default_factory=Transcript)
    actors: dict[str, Client] = field(default_factory=dict)
    log_mark: int = 0
    paused: bool = False
    step: Step | None = None
    loop: dict[str, int] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)
    may_die: bool = False
    signalled: int = 0
    remembered: Vitals = field(default_factory=Vitals)
    limits: ExitStack = field(default_factory=ExitStack)
    clients_limit: ExitStack = field(default_factory=ExitStack)
    started: list[Instance] = field(default_factory=list)
    groups: dict[str, int] = field(default_factory=dict)
    """Of the clients of a crowd that was connected in groups."""
    captured: dict[str, Any] = field(default_factory=dict)
    """What steps have taken out of what was received, by name."""
    earlier: tuple[bytes, ...] = ()
    """What clients of earlier checks sent to this instance."""

    def within(self, duration: str | None) -> Deadline:
        """What a step's `within` says, on machines that are as slow as `patience`."""
        if duration is None:
            return self.deadline
        return self.deadline.within(parse_duration(duration) * self.part.patience)

    def goes_on_with(self, instance: Instance) -> None:
        """The server was started again; what it printed belongs to this check from its start."""
        self.started.append(instance)
        self.instance, self.log_mark = instance, 0

    def clear(self) -> None:
        """Let go of the clients, and the server of what held it, however the check went."""
        self.limits.close()
        if self.paused:
            self.instance.resume()
            self.paused = False
        self.close_all()
        self.clients_limit.close()

    def stop_started(self) -> None:
        """The instances that the check has started are its own."""
        for instance in self.started:
            instance.stop()

    def scope(self, actor: str = "", index: int = 0) -> Scope:
        own = {"client": actor, "i": index, GROUP: self.groups.get(actor)}
        variables = {**self.part.variables, **self.captured, **own, **self.loop}
        suite, part = self.part.suite, self.part
        return Scope(variables, part.encoding, suite.path.parent, part.seed, part.replies.to)

    # ------------------------------------------------------------ clients

    def room_for(self, count: int) -> None:
        """So many clients are about to be connected. Raises NotApplicable where the tester may not."""
        try:
            self.clients_limit.enter_context(clients(count))
        except EnvironmentFault as exc:
            raise NotApplicable(str(exc)) from exc

    @abstractmethod
    def new_client(self, name: str) -> Client:
        """Not connected yet. Raises NotApplicable where the server has no room for it."""

    def connect(self, name: str, receive_buffer: int | None = None) -> Client:
        if name in self.actors:
            self.actors[name].close()
        actor = self.actors[name] = self.new_client(name)
        try:
            actor.connect(self.deadline, receive_buffer)
        except Refused as exc:
            raise Mismatch(
                f"{name} cannot connect", expected="a connection", received=str(exc), got="nothing"
            ) from exc
        return actor

    def members(self, names: str | tuple[str, ...] | None) -> list[Client]:
        """The named clients; a crowd's name stands for all of it; None for the only client there is.

        Raises BadValue where a client is not connected after all, because a parameter left it out."""
        if names is None:
            return [actor for actor in self.actors.values() if actor.open and actor.name != NEWCOMER]
        wanted = (names,) if isinstance(names, str) else names
        return [actor for name in wanted for actor in self._called(name)]

    def _called(self, name: str) -> Iterator[Client]:
        if name == CROWD:
            yield from (actor for key, actor in self.actors.items() if key.startswith(f"{CROWD}["))
        elif name in self.actors:
            yield self.actors[name]
        else:
            raise BadValue(f"no client called {name!r} is connected here")

    # ------------------------------------------------------------ proofs

    @abstractmethod
    def newcomer(self) -> None:
        """Two new clients, one after the other, are served in full: the first answer may still be on its
        way while the server dies, the second connection finds out."""

    @abstractmethod
    def await_read(self, actor: Client) -> None:
        """Until the server has read what this client sent, where that can be seen."""

    def close(self, actor: Client) -> None:
        """Close in the ordinary way, after proving that nothing came that was not expected."""
        self.read_available(actor)
        self.refuse_surplus(actor, complete=False)
        actor.close()

    # ------------------------------------------------------------ the end of a check

    def settle(self) -> None:
        """No client has got a byte too many, and a newcomer is served."""
        judged = [actor for actor in self.actors.values() if actor.open and actor.name not in self.ignored]
        self.prove_nothing_more(judged)
        connected = bool(self.actors)
        self.close_all()
        if connected and not self.may_die:
            self.newcomer()

    @abstractmethod
    def prove_nothing_more(self, actors: list[Client]) -> None:
        """Raises Mismatch where one of them gets more than its steps took."""

    @abstractmethod
    def refuse_surplus(self, actor: Client, *, complete: bool = True) -> None:
        """`complete` tells that nothing more can come."""

    def read_available(self, actor: Client) -> None:
        actor.read_available()

    def close_all(self) -> None:
        for actor in self.actors.values():
            actor.close()
