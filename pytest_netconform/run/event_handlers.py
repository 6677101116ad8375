"""How each verb is played with Socket.IO clients: the table EVENT_HANDLERS."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from ..actors.client import ConnectionEnded
from ..actors.socketio import SocketioActor
from ..deadline import Deadline, DeadlineMissed
from ..suite import evaluate, event_steps, steps
from ..suite.json_values import Comparison, made, shown
from ..suite.meaning import NO_NAMESPACE
from ..suite.step import Step
from .event_stage import EventStage, chosen, missing, surplus, told
from .handlers import HANDLERS, names_of
from .stage import Mismatch

FIRST_PAUSE, LONGEST_PAUSE = 0.002, 0.05
"""Seconds between two questions of a step with `eventually`."""


def connect(stage: EventStage, step: steps.Connect) -> None:
    buffer = stage.scope().number(step.receive_buffer) if step.receive_buffer is not None else None
    for i, name in enumerate(names_of(stage, step)):
        scope = stage.scope(name, i)
        namespace = stage.in_namespace(step.namespace, scope)
        if step.transport == "same":
            (actor,) = stage.events_of(name)
        else:
            stage.is_stock = step.client == "stock"
            stage.transport = step.transport or stage.usual_transport(stage.is_stock)
            stage.node = scope.number(step.node) if step.node is not None else 1
            actor = stage.events_of((stage.connect(name, buffer).name,))[0]
        if namespace == NO_NAMESPACE:
            continue
        auth = made(step.auth, scope) if step.auth is not None else None
        if step.refused is None:
            sid = stage.enter(actor, namespace, auth).sid
            if step.transport != "same":
                stage.captured[f"{name}.sid"] = sid
        else:
            _refused(stage, actor, namespace, auth, step.refused)


def _refused(stage: EventStage, actor: SocketioActor, namespace: str, auth: Any, expected: Any) -> None:
    member = stage.join(actor, namespace, auth)
    comparison = Comparison(stage.scope(actor.name))
    if not member.refused or not comparison.agrees(expected, member.refusal):
        raise Mismatch(
            f"the server does not refuse {actor.name} in {namespace}"
            + (f" as it should: {comparison.why}" if member.refused else ""),
            expected=f"CONNECT_ERROR {shown(told([expected], comparison.scope)[0])}",
            received=f"CONNECT_ERROR {shown(member.refusal)}" if member.refused else "CONNECT with a sid",
            got="different",
        )


# ---------------------------------------------------------------- events and acknowledgements


def emit(stage: EventStage, step: event_steps.Emit) -> None:
    """All send first; then each waits for its acknowledgement."""
    waiting: list[tuple[int, SocketioActor, int]] = []
    for i, actor in enumerate(stage.events_of(step.from_)):
        ack_id = _emit_once(stage, step, actor, i)
        if ack_id is not None and step.ack is not None:
            waiting.append((i, actor, ack_id))
    for i, actor, ack_id in waiting:
        _await_ack(stage, step, actor, i, ack_id)


def _emit_once(stage: EventStage, step: event_steps.Emit, actor: SocketioActor, index: int) -> int | None:
    scope = stage.scope(actor.name, index)
    stage.emitter = actor.name
    with _perhaps_ended(stage, actor):
        return actor.emit(
            scope.text(step.emit),
            [made(one, scope) for one in step.data],
            stage.in_namespace(step.namespace, scope),
            stage.deadline,
            ack=step.ack is not None,
            ack_id=None if step.id is None else _number(step.id, scope),
        )
    return None


def _perhaps_ended(stage: EventStage, actor: SocketioActor) -> AbstractContextManager[None]:
    """The server may end the session of an ignored client, even while it sends."""
    ignored = actor.name in stage.ignored
    return contextlib.suppress(ConnectionEnded) if ignored else contextlib.nullcontext()


def _await_ack(
    stage: EventStage, step: event_steps.Emit, actor: SocketioActor, index: int, ack_id: int
) -> None:
    assert step.ack is not None
    scope, deadline = stage.scope(actor.name, index), stage.within(step.within)
    namespace = stage.in_namespace(step.namespace, scope)
    pause = FIRST_PAUSE
    arguments: list[Any] | None = None
    while True:
        try:
            arguments = stage.receive_ack(actor, ack_id, namespace, deadline)
        except Mismatch as exc:
            if arguments is None or not exc.details.get("missed"):
                raise
            # The time is over, and what it was asked for the last time tells more.
        comparison = Comparison(scope)
        if comparison.agrees(step.ack, _as_acknowledged(step.ack, arguments)):
            stage.captured.update(comparison.captured)
            return
        if not step.eventually or deadline.expired():
            raise _other_ack(actor, scope.text(step.emit), comparison, step.ack, arguments, step.eventually)
        stage.pump.pass_time(Deadline(pause))
        pause = min(2 * pause, LONGEST_PAUSE)
        again = _emit_once(stage, step, actor, index)
        assert again is not None
        ack_id = again


def _as_acknowledged(expected: Sequence[Any], arguments: list[Any]) -> list[Any]:
    """A handler that answers nothing is told as `[]` by some servers and as `[null]` by others."""
    return [] if not expected and arguments == [None] else arguments


def _other_ack(
    actor: SocketioActor,
    event: str,
    comparison: Comparison,
    expected: Sequence[Any],
    arguments: list[Any],
    missed: bool,
) -> Mismatch:
    return Mismatch(
        f"the acknowledgement of {actor.name}'s {event!r} has other arguments: {comparison.why}",
        expected=shown(told(expected, comparison.scope)),
        received=shown(arguments),
        got="different",
        missed=missed,
    )


def acked(stage: EventStage, step: event_steps.Acked) -> None:
    for i, actor in enumerate(stage.events_of(step.at)):
        scope = stage.scope(actor.name, i)
        namespace = stage.in_namespace(step.namespace, scope)
        ack_id = _number(step.acked, scope)
        deadline = stage.within(step.within)
        if step.or_ended and _ends_instead(stage, actor, ack_id, namespace, deadline):
            continue
        arguments = stage.receive_ack(actor, ack_id, namespace, deadline)
        comparison = Comparison(scope)
        if not comparison.agrees(step.data, _as_acknowledged(step.data, arguments)):
            raise _other_ack(actor, f"event {ack_id}", comparison, step.data, arguments, False)
        stage.captured.update(comparison.captured)


def _ends_instead(
    stage: EventStage, actor: SocketioActor, ack_id: int, namespace: str, deadline: Deadline
) -> bool:
    """Whether the session is over before the acknowledgement has come, by the end of the deadline."""
    acks = actor.member(namespace).acks
    with contextlib.suppress(DeadlineMissed):
        stage.pump.until(lambda: ack_id in acks or _is_over(actor), deadline, "either")
    if ack_id in acks or not _is_over(actor):
        return False
    stage.over.add(actor.name)
    return True


def not_acked(stage: EventStage, step: event_steps.NotAcked) -> None:
    for i, actor in enumerate(stage.events_of(step.at)):
        scope = stage.scope(actor.name, i)
        namespace, ack_id = stage.in_namespace(step.namespace, scope), _number(step.not_acked, scope)
        stage.fence([actor], actor, namespace)
        if found := actor.member(namespace).acks.get(ack_id):
            raise surplus(actor, f"the acknowledgement {ack_id} {shown(found[0])}")


def event(stage: EventStage, step: event_steps.Event) -> None:
    deadline = stage.within(step.within)
    for i, actor in enumerate(stage.events_of(step.at)):
        scope = stage.scope(actor.name, i)
        namespace = stage.in_namespace(step.namespace, scope)
        packet = stage.receive_event(
            actor, scope.text(step.event), step.data, namespace, deadline, scope, step.among
        )
        if step.answer is None and step.ack_id is None:
            continue
        if packet.id is None:
            raise missing(actor, f"an id with the event {step.event!r}", "an event without an id")
        if step.ack_id is not None:
            stage.captured[step.ack_id] = packet.id
        if step.answer is not None:
            arguments = [made(one, scope) for one in step.answer]
            actor.answer(packet.id, arguments, namespace, stage.deadline)


def no_event(stage: EventStage, step: event_steps.NoEvent) -> None:
    actors = stage.events_of(step.at)
    namespace = stage.in_namespace(step.namespace, stage.scope())
    name = stage.scope().text(step.no_event)
    stage.fence(actors, stage.events_of(step.fence)[0] if step.fence else None, namespace)
    for actor in actors:
        counts = chosen(step.among, stage.scope(actor.name))
        found = (one.data for one in actor.member(namespace).events if one.data[0] == name and counts(one))
        if (data := next(found, None)) is not None:
            raise surplus(actor, f"the event {shown(data)}")


def answer(stage: EventStage, step: event_steps.Answer) -> None:
    for i, actor in enumerate(stage.events_of(step.from_)):
        scope = stage.scope(actor.name, i)
        arguments = [made(one, scope) for one in step.data]
        namespace = stage.in_namespace(step.namespace, scope)
        actor.answer(_number(step.answer, scope), arguments, namespace, stage.deadline)


def packet(stage: EventStage, step: event_steps.SendPacket) -> None:
    for i, actor in enumerate(stage.events_of(step.from_)):
        scope = stage.scope(actor.name, i)
        attachments = [evaluate.data(one, scope) for one in step.attachments]
        with _perhaps_ended(stage, actor):
            actor.send_raw([scope.text(step.packet), *attachments], stage.deadline)


def _number(written: int | str, scope: evaluate.Scope) -> int:
    value = scope.filled(written) if isinstance(written, str) else written
    if not isinstance(value, int) or isinstance(value, bool):
        raise evaluate.BadValue(f"{shown(value)} is no id of an acknowledgement")
    return value


# ---------------------------------------------------------------- the end of a membership and of a session


def disconnect(stage: EventStage, step: event_steps.Disconnect) -> None:
    for i, actor in enumerate(stage.events_of(step.disconnect)):
        namespace = stage.in_namespace(step.namespace, stage.scope(actor.name, i))
        stage.left.add((actor.name, namespace))
        actor.leave(namespace, stage.deadline)
        if step.unanswered:
            stage.await_read(actor)
            if actor.member(namespace).put_out:
                raise surplus(actor, f"DISCONNECT of {namespace}")


def disconnected(stage: EventStage, step: event_steps.Disconnected) -> None:
    deadline = stage.within(step.within)
    for i, actor in enumerate(stage.events_of(step.disconnected)):
        namespace = stage.in_namespace(step.namespace, stage.scope(actor.name, i))
        _await_end(stage, partial(_is_out, actor, namespace), actor, f"DISCONNECT of {namespace}", deadline)
        stage.left.add((actor.name, namespace))
        if actor.ended is not None:
            stage.over.add(actor.name)


def ended(stage: EventStage, step: steps.Ended) -> None:
    """Refusing is closing: by a close frame, the end of the connection, or of the session's GETs."""
    deadline = stage.within(step.within)
    for actor in stage.events_of(step.ended):
        _await_end(stage, partial(_is_over, actor), actor, "the end of its session", deadline)
        stage.over.add(actor.name)


def _is_over(actor: SocketioActor) -> bool:
    return actor.ended is not None


def _is_out(actor: SocketioActor, namespace: str) -> bool:
    return actor.member(namespace).left or _is_over(actor)


def _await_end(
    stage: EventStage, done: Callable[[], bool], actor: SocketioActor, what: str, deadline: Deadline
) -> None:
    try:
        stage.pump.until(done, deadline, what)
    except DeadlineMissed:
        waited = f"nothing within {deadline.seconds:.1f} s; the session is still open"
        raise missing(actor, what, waited, missed=True) from None


def reset(stage: EventStage, step: steps.Reset) -> None:
    for actor in stage.events_of(step.reset):
        stage.transcript.note(actor.name, "resets", b"")
        actor.drop(abort=True)


def stall(stage: EventStage, step: steps.Stall) -> None:
    for actor in stage.events_of(step.stall):
        actor.stall()


def resume(stage: EventStage, step: steps.Resume) -> None:
    for actor in stage.events_of(step.resume):
        actor.resume()


def storm(stage: EventStage, step: event_steps.Storm) -> None:
    from .storm import play_storm

    play_storm(stage, step)


EVENT_HANDLERS: Mapping[type[Step], Callable[[Any, Any], None]] = {
    **HANDLERS,
    steps.Connect: connect,
    steps.Reset: reset,
    steps.Ended: ended,
    steps.Stall: stall,
    steps.Resume: resume,
    event_steps.Emit: emit,
    event_steps.Acked: acked,
    event_steps.NotAcked: not_acked,
    event_steps.Event: event,
    event_steps.NoEvent: no_event,
    event_steps.Answer: answer,
    event_steps.Disconnect: disconnect,
    event_steps.Disconnected: disconnected,
    event_steps.SendPacket: packet,
    event_steps.Storm: storm,
}
