"""How each verb is played: the table HANDLERS, from a step's model to a function."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from ..actors.tcp import TcpActor
from ..deadline import Deadline, DeadlineMissed, poll
from ..payload import excerpt, parse_duration
from ..suite import evaluate, steps
from ..suite.encodings import writes
from ..suite.meaning import CROWD
from .stage import Mismatch, Stage

RANDOM_CUTS = 8


def play_step(stage: Stage, step: steps.Step) -> None:
    """Play one step, unless the target lacks the feature that it is for."""
    stage.step = step
    if step.when is None or stage.part.profile.has(step.when):
        HANDLERS[type(step)](stage, step)


def connect(stage: Stage, step: steps.Connect) -> None:
    who = step.connect
    buffer = stage.scope().number(step.receive_buffer) if step.receive_buffer is not None else None
    if isinstance(who, steps.Crowd):
        count = stage.scope().number(who.crowd)
        names: Iterable[str] = [f"{CROWD}[{i}]" for i in range(count)]
    else:
        names = (who,) if isinstance(who, str) else who
    for name in names:
        stage.connect(name, buffer)


def send(stage: Stage, step: steps.Send) -> None:
    for i, actor in _in_order(stage, stage.members(step.from_), step.order):
        scope = stage.scope(actor.name, i)
        data = evaluate.data(step.send, scope)
        if step.cut is None:
            actor.send(data, stage.deadline)
        else:
            _send_pieces(stage, actor, _cut(data, step.cut, scope))


def _send_pieces(stage: Stage, actor: TcpActor, pieces: list[bytes]) -> None:
    """Each piece is written when the server has read the one before: they are certainly several reads."""
    for i, piece in enumerate(pieces):
        if i:
            _await_reading(stage, actor)
        actor.send(piece, stage.deadline)


def _await_reading(stage: Stage, actor: TcpActor) -> None:
    actor.await_consumed(stage.deadline)
    stage.transcript.note("server", "has read it")


def _in_order(stage: Stage, actors: list[TcpActor], order: str) -> list[tuple[int, TcpActor]]:
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


def receive(stage: Stage, step: steps.Receive) -> None:
    for i, actor in enumerate(stage.members(step.at)):
        expected = evaluate.expected(step.receive, stage.scope(actor.name, i))
        stage.receive(actor, expected, _within(stage, step.within))


def _within(stage: Stage, within: str | None) -> Deadline:
    if within is None:
        return stage.deadline
    return stage.deadline.within(parse_duration(within) * stage.part.patience)


def exchange(stage: Stage, step: steps.Exchange) -> None:
    sent: list[tuple[TcpActor, bytes]] = []
    for i, actor in _in_order(stage, stage.members(step.with_), step.order):
        data = evaluate.data(step.exchange, stage.scope(actor.name, i))
        actor.send(data, stage.deadline)
        sent.append((actor, data))
    for actor, data in sent:
        stage.receive(actor, stage.part.replies.to(data))


def nothing(stage: Stage, step: steps.Nothing) -> None:
    for actor in stage.members(step.nothing.at):
        stage.exchange(actor, f"fence of {actor.name}".encode())


def newcomer(stage: Stage, step: steps.Newcomer) -> None:
    stage.newcomer()


def unblocks(stage: Stage, step: steps.Unblocks) -> None:
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
    for actor in stage.members(step.half_close):
        actor.half_close()


def close(stage: Stage, step: steps.Close) -> None:
    for actor in stage.members(step.close):
        stage.close(actor)


def reset(stage: Stage, step: steps.Reset) -> None:
    for actor in stage.members(step.reset):
        actor.reset()


def ended(stage: Stage, step: steps.Ended) -> None:
    deadline = _within(stage, step.within)
    for actor in stage.members(step.ended):
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
    for actor in stage.members(step.stall):
        actor.stalled = True


def resume(stage: Stage, step: steps.Resume) -> None:
    for actor in stage.members(step.resume):
        actor.resume(stage.deadline)


def ignore(stage: Stage, step: steps.Ignore) -> None:
    for actor in stage.members(step.ignore):
        stage.ignored.add(actor.name)


def server(stage: Stage, step: steps.Server) -> None:
    action = step.server
    if isinstance(action, steps.Released):
        for actor in stage.members(action.released):
            _released(stage, actor)
    elif isinstance(action, steps.HasRead):
        for actor in stage.members(action.has_read):
            _await_reading(stage, actor)
    else:
        _SERVER[action](stage)


def _alive(stage: Stage) -> None:
    died = stage.instance.exited()
    if died is not None:
        raise Mismatch("the server has ended", expected="a running server", received=str(died))


def _died(stage: Stage) -> None:
    stage.may_die = True
    stage.instance.wait_exit(stage.deadline)


def _pause(stage: Stage) -> None:
    stage.instance.pause()
    stage.paused = True
    stage.transcript.note("server", "is paused")


def _resume(stage: Stage) -> None:
    stage.transcript.note("server", "goes on")
    stage.instance.resume()
    stage.paused = False


_SERVER: dict[str, Callable[[Stage], None]] = {
    "alive": _alive,
    "died": _died,
    "pause": _pause,
    "resume": _resume,
}


def _released(stage: Stage, actor: TcpActor) -> None:
    """The server's process holds no descriptor of this connection any more."""

    def let_go() -> bool:
        end = stage.instance.connection(actor.local_port)
        return end is None or not end.owned

    try:
        poll(let_go, stage.deadline, "")
    except DeadlineMissed:
        end = stage.instance.connection(actor.local_port)
        raise Mismatch(
            f"the server still holds its end of {actor.name}'s connection",
            expected="the connection is let go",
            received=f"state {end.state}" if end else "held until the deadline",
            missed=True,
        ) from None


def log(stage: Stage, step: steps.Log) -> None:
    scope = stage.scope()
    text, times = scope.text(step.log.contains), scope.number(step.log.times)
    prints_in = stage.part.profile.prints_in
    encodings = (prints_in,) if prints_in else ("utf-8", stage.part.encoding)
    for piece, count in (_pieces(text) if step.log.in_pieces else {text: 1}).items():
        if any(writes(piece, encoding) for encoding in encodings):  # no console shows what it lacks
            _await_printed(stage, piece, times * count, encodings)


def _pieces(text: str) -> dict[str, int]:
    """Each character and how often it occurs; blanks may be left out where a line ends."""
    return Counter("".join(text.split()))


def _await_printed(stage: Stage, text: str, times: int, encodings: Iterable[str]) -> None:
    found = stage.instance.log
    try:
        found.wait_for(text, stage.deadline, mark=stage.log_mark, times=times, encodings=encodings)
    except DeadlineMissed:
        count = found.count(text, mark=stage.log_mark, encodings=encodings)
        raise Mismatch(
            "the server does not print what it received",
            expected=f'"{text}"' + (f", {times} times" if times > 1 else ""),
            received=f"{count} times" if count else "not printed",
            got="short" if count else "nothing",
            missed=True,
        ) from None


def repeat(stage: Stage, step: steps.Repeat) -> None:
    outer = stage.loop
    for i in range(stage.scope().number(step.repeat)):
        stage.loop = {**outer, "i": i}
        for inner in step.do:
            play_step(stage, inner)
    stage.loop = outer


HANDLERS: dict[type[steps.Step], Callable[[Stage, Any], None]] = {
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
    steps.Server: server,
    steps.Log: log,
    steps.Repeat: repeat,
}
