"""How each verb is played: the table HANDLERS, from a step's model to a function."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable
from typing import Any

from ..actors.client import Client
from ..actors.tcp import TcpActor
from ..deadline import Deadline, DeadlineMissed
from ..payload import excerpt
from ..suite import evaluate, server_steps, steps
from ..suite.meaning import CROWD
from ..suite.step import Step
from ..suite.values import InAnyOrder
from . import server_handlers
from .bytes_stage import BytesStage
from .server_handlers import NotLevel, await_reading
from .stage import Mismatch, Stage
from .streams import StreamStage, as_stream, streams

RANDOM_CUTS = 8


def play_step(stage: Stage, step: Step) -> None:
    """Play one step, unless the target lacks the feature that it is for."""
    stage.step = step
    if step.when is None or stage.part.profile.has(step.when):
        stage.handlers[type(step)](stage, step)


def connect(stage: Stage, step: steps.Connect) -> None:
    buffer = stage.scope().number(step.receive_buffer) if step.receive_buffer is not None else None
    for name in names_of(stage, step):
        stage.connect(name, buffer)


def names_of(stage: Stage, step: steps.Connect) -> tuple[str, ...]:
    """Of the clients that it connects, for which there is room."""
    who = step.connect
    if not isinstance(who, steps.Crowd):
        return (who,) if isinstance(who, str) else who
    count = stage.scope().number(who.crowd)
    stage.room_for(count)
    names = tuple(f"{CROWD}[{i}]" for i in range(count))
    if who.groups is not None:
        groups = stage.scope().number(who.groups)
        stage.groups = {name: i % groups for i, name in enumerate(names)}
    return names


def send(stage: BytesStage, step: steps.Send) -> None:
    for i, actor in _in_order(stage, stage.members(step.from_), step.order):
        scope = stage.scope(actor.name, i)
        data = evaluate.data(step.send, scope)
        if step.cut is None:
            stage.send(actor, data)
        else:
            _send_pieces(stage, as_stream(actor), _cut(data, step.cut, scope))


def _send_pieces(stage: BytesStage, actor: TcpActor, pieces: list[bytes]) -> None:
    """Each piece is written when the server has read the one before: they are certainly several reads."""
    for i, piece in enumerate(pieces):
        if i:
            await_reading(stage, actor)
        actor.send(piece, stage.deadline)


def _in_order(stage: Stage, actors: list[Client], order: str) -> list[tuple[int, Client]]:
    """Each client with its number, in the order in which it acts."""
    numbered = list(enumerate(actors))
    if order == "reversed":
        numbered.reverse()
    elif order == "random":
        random.Random(stage.part.seed).shuffle(numbered)  # noqa: S311 - the same order in every run
    return numbered


def _cut(data: bytes, cut: Any, scope: evaluate.Scope) -> list[bytes]:
    if cut == "each-byte":
        places: Iterable[int] = range(1, len(data))
    elif cut == "random":
        source = random.Random(f"{scope.seed} cut")  # noqa: S311 - the same cuts in every run
        inside = range(1, len(data))
        places = sorted(source.sample(inside, min(len(inside), RANDOM_CUTS)))
    elif isinstance(cut, steps.Every):
        size = scope.number(cut.every)
        if size < 1:
            raise evaluate.BadValue(f"cut every {size} bytes: a piece has at least one")
        places = range(size, len(data), size)
    else:
        places = scope.places(cut) if isinstance(cut, str) else cut
    marks = [0, *places, len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(marks)]
    if data and not all(pieces):
        raise evaluate.BadValue(f"cut {list(places)} leaves an empty piece of {len(data)} bytes")
    return pieces


def receive(stage: BytesStage, step: steps.Receive) -> None:
    for i, actor in enumerate(stage.members(step.at)):
        scope, deadline = stage.scope(actor.name, i), stage.within(step.within)
        if isinstance(step.receive, InAnyOrder):
            several = [evaluate.expected(one, scope) for one in step.receive.in_any_order]
            stage.receive_all(actor, several, deadline)
        else:
            stage.receive(actor, evaluate.expected(step.receive, scope), deadline)


def exchange(stage: BytesStage, step: steps.Exchange) -> None:
    actors = _in_order(stage, stage.members(step.with_), step.order)
    stage.exchange_all(
        [(actor, evaluate.data(step.exchange, stage.scope(actor.name, i))) for i, actor in actors]
    )


def nothing(stage: BytesStage, step: steps.Nothing) -> None:
    for actor in stage.members(step.nothing.at):
        stage.fence(actor, f"fence of {actor.name}".encode())


def newcomer(stage: Stage, step: steps.Newcomer) -> None:
    stage.newcomer()


def unblocks(stage: BytesStage, step: steps.Unblocks) -> None:
    blocker, waiter = stage.actors[step.unblocks.by], stage.actors[step.unblocks.at]
    data = evaluate.data(step.unblocks.reply_to, stage.scope(waiter.name))
    expected = stage.part.replies.to(data)
    try:
        stage.receive(waiter, expected, Deadline(stage.deadline.remaining() / 2))
    except Mismatch as missing:
        if not missing.details.get("missed"):
            raise
        blocker.close()
        try:
            stage.receive(waiter, expected)
        except Mismatch:
            raise missing from None
        raise Mismatch(
            f"{blocker.name} blocks {waiter.name}: the reply comes only when {blocker.name} has closed",
            expected=f"{excerpt(expected.exact or b'')} while {blocker.name} is connected",
            received=f"nothing until {blocker.name} closed",
            got="nothing",
        ) from None


def half_close(stage: Stage, step: steps.HalfClose) -> None:
    for actor in streams(stage, step.half_close):
        actor.half_close()


def close(stage: Stage, step: steps.Close) -> None:
    for actor in stage.members(step.close):
        stage.close(actor)


def reset(stage: Stage, step: steps.Reset) -> None:
    for actor in streams(stage, step.reset):
        actor.reset()


def ended(stage: Stage, step: steps.Ended) -> None:
    deadline = stage.within(step.within)
    for actor in streams(stage, step.ended):
        _await_end(stage, actor, deadline)
        if step.by not in ("either", actor.ended):
            raise Mismatch(
                f"the server ends {actor.name}'s connection in another way",
                expected=_END[step.by],
                received=_END[actor.ended or "fin"],
                ended=actor.ended,
            )


_END = {"fin": "an orderly close (FIN)", "reset": "a reset (RST)"}


def _await_end(stage: Stage, actor: TcpActor, deadline: Deadline) -> None:
    try:
        while actor.read(deadline):
            stage.refuse_surplus(actor, complete=False)
    except DeadlineMissed:
        raise Mismatch(
            f"the server does not end {actor.name}'s connection",
            expected="the end of the connection",
            received=f"still open after {deadline.seconds:.1f} s",
            missed=True,
        ) from None
    stage.refuse_surplus(actor)


def stall(stage: Stage, step: steps.Stall) -> None:
    for actor in streams(stage, step.stall):
        actor.stalled = True


def resume(stage: Stage, step: steps.Resume) -> None:
    for actor in streams(stage, step.resume):
        actor.resume(stage.deadline)


def ignore(stage: Stage, step: steps.Ignore) -> None:
    for actor in stage.members(step.ignore):
        stage.ignored.add(actor.name)


def repeat(stage: Stage, step: steps.Repeat) -> None:
    outer = stage.loop
    rounds = stage.scope().number(step.repeat)
    for i in range(rounds):
        stage.loop = {**outer, "i": rounds - 1 - i if step.down else i}
        try:
            for inner in step.do:
                play_step(stage, inner)
        except NotLevel:
            if step.until is None or i == rounds - 1:
                raise
        else:
            if step.until is not None:
                break
    stage.loop = outer


def meanwhile(stage: Stage, step: steps.Meanwhile) -> None:
    """One client streams while the others act."""
    (actor,) = streams(stage, step.meanwhile.with_)
    data = evaluate.data(step.meanwhile.stream, stage.scope(actor.name))
    assert isinstance(stage, StreamStage)
    with stage.streaming(actor, data):
        for inner in step.do:
            play_step(stage, inner)


HANDLERS: dict[type[Step], Callable[[Any, Any], None]] = {
    steps.Connect: connect,
    steps.Send: send,
    steps.Receive: receive,
    steps.Exchange: exchange,
    steps.Nothing: nothing,
    steps.Newcomer: newcomer,
    steps.Unblocks: unblocks,
    steps.HalfClose: half_close,
    steps.Close: close,
    steps.Reset: reset,
    steps.Ended: ended,
    steps.Stall: stall,
    steps.Resume: resume,
    steps.Ignore: ignore,
    server_steps.Server: server_handlers.server,
    server_steps.Signal: server_handlers.signal,
    server_steps.Log: server_handlers.log,
    server_steps.Vitals: server_handlers.vitals,
    steps.Repeat: repeat,
    steps.Meanwhile: meanwhile,
}
