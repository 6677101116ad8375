"""The stage for Socket.IO: events arrive in namespaces, each of them in its order, and nothing else does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..actors.client import Client, ConnectionEnded, NoSession, Refused
from ..actors.engineio import TransportName
from ..actors.pump import Pump
from ..actors.socketio import Membership, SocketioActor
from ..deadline import Deadline, DeadlineMissed
from ..suite.evaluate import Scope
from ..suite.json_values import Comparison, made, shown
from ..suite.model import Fence
from ..wire.socketio import Packet
from .stage import NEWCOMER, Mismatch, NotApplicable, Stage

MAIN = "/"
NOT_THERE = "/netconform-fence"
"""A namespace that no server has: the answer to CONNECT comes after everything before it."""


def as_events(actor: Client) -> SocketioActor:
    """Suites for Socket.IO connect no other clients."""
    assert isinstance(actor, SocketioActor)
    return actor


@dataclass
class EventStage(Stage):
    """A Stage whose clients are SocketioActors, which all read whenever one of them waits.

    `emitter` has emitted last. `left`: (client, namespace) that were told to be disconnected by the server;
    `over` the clients whose sessions the server was expected to end."""

    pump: Pump = field(default_factory=Pump)
    emitter: str = ""
    fences: int = 0
    transport: TransportName = "websocket"
    node: int = 1
    is_stock: bool = False
    left: set[tuple[str, str]] = field(default_factory=set)
    over: set[str] = field(default_factory=set)

    # ------------------------------------------------------------ names

    @property
    def namespace(self) -> str:
        """The suite's own."""
        return str(self.part.variables.get("namespace") or MAIN)

    @property
    def noise(self) -> frozenset[str]:
        check = self.part.check.noise
        return frozenset(self.part.suite.noise if check is None else check)

    def in_namespace(self, written: str | None, scope: Scope) -> str:
        return scope.text(written) if written is not None else self.namespace

    def scope(self, actor: str = "", index: int = 0) -> Scope:
        namespace = "" if self.namespace == MAIN else f"{self.namespace},"
        return super().scope(actor, index).with_variables(ns=namespace)

    def events_of(self, names: str | tuple[str, ...] | None) -> list[SocketioActor]:
        """As `Stage.members`."""
        return [as_events(actor) for actor in self.members(names)]

    # ------------------------------------------------------------ sessions and namespaces

    def usual_transport(self, is_stock: bool = False) -> TransportName:
        """WebSocket, if the target takes it; a stock client as the library does it."""
        if is_stock and self.part.profile.has("polling"):
            return "upgrade"
        return "websocket" if self.part.profile.has("websocket") else "polling"

    def new_client(self, name: str) -> SocketioActor:
        try:
            node = self.instance.node(self.node)
        except IndexError:
            ports = len({self.instance.port, *self.instance.other_addresses})
            raise NotApplicable(
                f"needs node {self.node}, and this server listens at {ports} address"
                f"{'es' if ports > 1 else ''}: start all nodes by one command"
            ) from None
        if self.is_stock:
            from ..actors.stock import StockActor  # with the library of users

            return StockActor(name, node, self.transcript.note, self.pump, self.transport)
        return SocketioActor(name, node, self.transcript.note, self.pump, self.transport)

    def connect(self, name: str, receive_buffer: int | None = None) -> Client:
        """Open a session, without any namespace."""
        if name in self.actors:
            self.actors[name].close()
        actor = self.actors[name] = self.new_client(name)
        self.over.discard(name)
        try:
            actor.connect(self.deadline, receive_buffer)
        except (Refused, NoSession, ConnectionEnded) as exc:
            raise _no_session(actor, exc) from exc
        self.captured[f"{name}.engine"] = actor.session
        return actor

    def join(self, actor: SocketioActor, namespace: str, auth: Any = None) -> Membership:
        """CONNECT to the namespace; the server may refuse."""
        try:
            member = actor.join(namespace, auth, self.deadline)
        except NoSession as exc:
            raise _no_session(actor, exc) from exc
        self.left.discard((actor.name, namespace))
        if member.sid is not None:
            self.captured[f"{actor.name}.{namespace.lstrip('/')}"] = member.sid
            self.captured[f"{actor.name}.pid"] = member.pid
            self.captured[f"{actor.name}.offset"] = member.offset
        return member

    def enter(self, actor: SocketioActor, namespace: str, auth: Any = None) -> Membership:
        """As `join`, but a refusal is a finding."""
        member = self.join(actor, namespace, auth)
        if member.refused:
            raise Mismatch(
                f"the server refuses {actor.name} in {namespace}",
                expected="CONNECT with a sid",
                received=f"CONNECT_ERROR {shown(member.refusal)}",
                got="different",
            )
        return member

    # ------------------------------------------------------------ receiving

    def receive_event(
        self,
        actor: SocketioActor,
        event: str,
        expected: Sequence[Any] | None,
        namespace: str,
        deadline: Deadline,
        scope: Scope,
        among: Sequence[Any] | None = None,
    ) -> Packet:
        """The next event of the client, or of those with arguments like `among`, is this one. Raises
        Mismatch."""
        wanted = chosen(among, scope) if actor.in_order else _this(event, expected, scope)
        packet = self._next_event(actor, event, namespace, deadline, wanted)
        self.captured[f"{actor.name}.offset"] = actor.member(namespace).offset
        if expected is not None:
            comparison = Comparison(scope)
            if not comparison.agrees(tuple(expected), _as_emitted(expected, packet.data[1:])):
                raise Mismatch(
                    f"{actor.name} received {event!r} with other arguments: {comparison.why}",
                    expected=shown(told(expected, scope)),
                    received=shown(packet.data[1:]),
                    got="different",
                )
            self.captured.update(comparison.captured)
        return packet

    def _next_event(
        self,
        actor: SocketioActor,
        event: str,
        namespace: str,
        deadline: Deadline,
        wanted: Callable[[Packet], bool],
    ) -> Packet:
        member = actor.member(namespace)
        noise = self.noise - {event}

        def find() -> Packet | None:
            return next((one for one in member.events if one.data[0] not in noise and wanted(one)), None)

        self._await(actor, lambda: find() is not None or member.left, f"the event {event!r}", deadline)
        packet = find()
        if packet is None:
            raise missing(actor, f"the event {event!r}", f"DISCONNECT of {namespace}")
        if packet.data[0] != event:
            raise Mismatch(
                f"{actor.name} received another event",
                expected=f"the event {event!r}",
                received=shown(packet.data),
                got="different",
            )
        member.events.remove(packet)
        return packet

    def receive_ack(self, actor: SocketioActor, ack_id: int, namespace: str, deadline: Deadline) -> list[Any]:
        """The arguments of an acknowledgement; another one with this id is too much from now on. Raises
        Mismatch where none comes."""
        member = actor.member(namespace)
        acks = member.acks
        self._await(actor, lambda: bool(acks.get(ack_id)), f"the acknowledgement {ack_id}", deadline)
        member.asked.discard(ack_id)
        arguments = acks[ack_id].pop(0)
        if not acks[ack_id]:
            del acks[ack_id]
        return arguments

    def _await(self, actor: SocketioActor, done: Callable[[], bool], what: str, deadline: Deadline) -> None:
        try:
            actor.until(done, deadline, what)
        except ConnectionEnded as exc:
            raise missing(actor, what, str(exc), ended=exc.how) from None
        except DeadlineMissed:
            waited = f"nothing within {deadline.seconds:.1f} s; the session is still open"
            raise missing(actor, what, waited, missed=True) from None

    # ------------------------------------------------------------ fences

    def fence(
        self, actors: Sequence[SocketioActor], by: SocketioActor | None = None, namespace: str = ""
    ) -> None:
        """Everything that was on its way to these clients has arrived afterwards.

        By the suite's own fence where the target can it: it takes the way of all events. Else by a round
        trip of each client, which comes after all that was queued for it."""
        namespace = namespace or self.namespace
        form = next((one for one in self.part.suite.fences if self._fits(one)), None)
        by = by or self._fencer(namespace)
        inside = [actor for actor in actors if self._is_in(actor, namespace)]
        if form is None or by is None:
            inside = []
        elif form.reaches == "all" and inside:
            self._fence_all(form, by, namespace)
        else:
            for actor in inside:
                self._fence_one(form, by, actor, namespace)
        for actor in actors:
            if actor not in inside:
                self._round_trip(actor)

    def _fits(self, form: Fence) -> bool:
        return all(map(self.part.profile.has, form.needs))

    def _fencer(self, namespace: str) -> SocketioActor | None:
        """Who has emitted last, if he can, because his fence comes after all that he has caused."""
        not_asked = {NEWCOMER, *self.ignored}
        able = {name: as_events(actor) for name, actor in self.actors.items() if name not in not_asked}
        able = {name: actor for name, actor in able.items() if self._is_in(actor, namespace)}
        return able.get(self.emitter) or next(iter(able.values()), None)

    def _is_in(self, actor: SocketioActor, namespace: str) -> bool:
        member = actor.namespaces.get(namespace)
        return (
            actor.open and not actor.stalled and member is not None and bool(member.sid) and not member.left
        )

    def _fence_one(self, form: Fence, by: SocketioActor, actor: SocketioActor, namespace: str) -> None:
        self._send_fence(form, by, actor, [actor], namespace)

    def _fence_all(self, form: Fence, by: SocketioActor, namespace: str) -> None:
        everybody = [one for one in map(as_events, self.actors.values()) if self._is_in(one, namespace)]
        judged = [one for one in everybody if one.name not in self.ignored]
        self._send_fence(form, by, by, judged, namespace)

    def _send_fence(
        self,
        form: Fence,
        by: SocketioActor,
        to: SocketioActor,
        receivers: Sequence[SocketioActor],
        namespace: str,
    ) -> None:
        """What has come before it is sent is not the fence, even where it looks like one."""
        self.fences += 1
        scope = self.scope().with_variables(
            marker=f"fence {self.fences}", at=to.member(namespace).sid, by=by.member(namespace).sid
        )
        self.pump.drain(self.deadline)
        earlier = [len(_like(form, one.member(namespace), scope)) for one in receivers]
        by.emit(form.emit, [made(one, scope) for one in form.data], namespace, self.deadline)
        for actor, count in zip(receivers, earlier, strict=True):
            self._take_fence(form, by, actor, namespace, scope, count)

    def _take_fence(
        self,
        form: Fence,
        by: SocketioActor,
        actor: SocketioActor,
        namespace: str,
        scope: Scope,
        earlier: int,
    ) -> None:
        member = actor.member(namespace)

        def has_come() -> bool:
            return len(_like(form, member, scope)) > earlier

        self._await(actor, lambda: has_come() or member.left or not by.open, "the fence", self.deadline)
        if not has_come() and by.ended is not None:
            raise _ended(by, ConnectionEnded(by.ended))
        if not has_come():
            raise missing(actor, "the fence", f"DISCONNECT of {namespace}")
        member.events.remove(_like(form, member, scope)[earlier])

    def _round_trip(self, actor: SocketioActor) -> None:
        """Raises Mismatch where the session does not answer any more, and should."""
        if not actor.open or actor.stalled or not actor.in_order:
            return
        self.fences += 1
        namespace = f"{NOT_THERE}-{self.fences}"
        try:
            actor.join(namespace, None, self.deadline)
        except ConnectionEnded as exc:
            if not _may_end(actor):
                raise _ended(actor, exc) from None
        del actor.namespaces[namespace]

    # ------------------------------------------------------------ the end of a check

    def newcomer(self) -> None:
        """Two new clients, one after the other, come into the suite's namespace and get an answer there."""
        for _ in range(2):
            self.transport, self.node, self.is_stock = self.usual_transport(), 1, False
            actor = as_events(self.connect(NEWCOMER))
            self.enter(actor, self.namespace)
            self._round_trip(actor)
            actor.close()

    def await_read(self, actor: Client) -> None:
        """By a round trip, or until the session of an ignored client ends instead."""
        ignored = actor.name in self.ignored
        with contextlib.suppress(Mismatch) if ignored else contextlib.nullcontext():
            self._round_trip(as_events(actor))

    def close(self, actor: Client) -> None:
        self.pump.drain(self.deadline)
        self.refuse_surplus(actor)
        actor.close()

    def close_all(self) -> None:
        for actor in self.actors.values():
            as_events(actor).drop()

    def clear(self) -> None:
        super().clear()
        self.pump.close()
        self.pump = Pump()

    def prove_nothing_more(self, actors: list[Client]) -> None:
        judged = [as_events(actor) for actor in actors]
        if not self.may_die and self.instance.exited() is None:
            for namespace in sorted({name for actor in judged for name in self._inside(actor)}):
                self.fence([one for one in judged if namespace in self._inside(one)], namespace=namespace)
            for actor in judged:
                if not self._inside(actor):
                    self._round_trip(actor)
        for one in self.actors.values():
            self.refuse_surplus(one)

    def _inside(self, actor: SocketioActor) -> list[str]:
        return [name for name in actor.namespaces if self._is_in(actor, name)]

    def refuse_surplus(self, actor: Client, *, complete: bool = True) -> None:
        """Raises Mismatch where the client has received what no step took, or was put out."""
        if actor.name in self.ignored or actor.name == NEWCOMER:
            return
        one = as_events(actor)
        if one.ended is not None and one.name not in self.over and not _may_end(one):
            raise _ended(one, ConnectionEnded(one.ended))
        for namespace, member in one.namespaces.items():
            self._refuse_more(one, namespace, member)

    def _refuse_more(self, actor: SocketioActor, namespace: str, member: Membership) -> None:
        more = [packet.data for packet in member.events if packet.data[0] not in self.noise]
        if more:
            raise surplus(actor, f"the event {shown(more[0])}")
        for ack_id, arguments in member.acks.items():
            allowed = int(ack_id in member.asked)
            if len(arguments) > allowed:
                raise surplus(actor, f"the acknowledgement {ack_id} {shown(arguments[-1])}")
        if member.left and (actor.name, namespace) not in self.left:
            raise surplus(actor, f"DISCONNECT of {namespace}")


def _may_end(actor: SocketioActor) -> bool:
    """The connection is kept, if at all, for a client that is connected to another namespace (Socket.IO
    protocol v5, "Disconnection from a namespace")."""
    entered = [member for member in actor.namespaces.values() if member.sid is not None]
    return bool(entered) and all(member.left for member in entered)


def _like(form: Fence, member: Membership, scope: Scope) -> list[Packet]:
    """The events that look like this fence."""
    return [
        packet
        for packet in member.events
        if packet.data[0] == form.event and Comparison(scope).agrees(form.seen, packet.data[1:])
    ]


def chosen(among: Sequence[Any] | None, scope: Scope) -> Callable[[Packet], bool]:
    """Which events `among` of a step means."""
    if among is None:
        return lambda packet: True
    return lambda packet: Comparison(scope).agrees(tuple(among), packet.data[1:])


def _this(event: str, expected: Sequence[Any] | None, scope: Scope) -> Callable[[Packet], bool]:
    """Of what came in any order."""

    def fits(packet: Packet) -> bool:
        return packet.data[0] == event and (
            expected is None
            or Comparison(scope).agrees(tuple(expected), _as_emitted(expected, packet.data[1:]))
        )

    return fits


def _no_session(actor: SocketioActor, exc: Exception) -> Mismatch:
    return Mismatch(
        f"{actor.name} cannot connect by {actor.transport}",
        expected="an Engine.IO session",
        received=str(exc),
        got="nothing",
    )


def surplus(actor: SocketioActor, what: str) -> Mismatch:
    return Mismatch(f"{actor.name} received too much", expected="nothing more", received=what, got="extra")


def _ended(actor: SocketioActor, exc: ConnectionEnded) -> Mismatch:
    return Mismatch(
        f"the server has ended the session of {actor.name}",
        expected="an open session",
        received=str(exc),
        ended=exc.how,
    )


def missing(actor: SocketioActor, what: str, received: str, **details: Any) -> Mismatch:
    got: Literal["nothing"] = "nothing"
    return Mismatch(
        f"{actor.name} has not received {what}", expected=what, received=received, got=got, **details
    )


def _as_emitted(expected: Sequence[Any], arguments: list[Any]) -> list[Any]:
    """A null alone is told as `[null]` by some servers, and as no argument by others."""
    return [None] if tuple(expected) == (None,) and not arguments else arguments


def told(expected: Sequence[Any], scope: Scope) -> list[Any]:
    """With variables put in, for people."""

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [filled(one) for one in value]
        return scope.filled(value) if isinstance(value, str) else value

    return [filled(one) for one in expected]
