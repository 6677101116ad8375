"""How the verbs are played that look at the server or act on it."""

from __future__ import annotations

import re
import signal as signals
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ..actors.client import Client
from ..actors.tcp import TcpActor
from ..deadline import Deadline, DeadlineMissed, poll
from ..errors import NotTestable
from ..payload import parse_duration
from ..suite import server_steps as steps
from ..suite.encodings import writes
from ..target import Exit, Vitals
from .stage import Mismatch, NotApplicable, Stage
from .streams import as_stream

PREFIX = "srv| "
IDLE_LOOKS = 20
"""A server that never waits is never seen asleep so often in a row; one that waits is, soon."""
BUSY_SHARE = 0.05
"""Of a processor; one that never waits uses all that it gets."""
TIME_WAIT_SOON = 1.0
ORPHANS_AFTER = 2.0


# ---------------------------------------------------------------- server


def server(stage: Stage, step: steps.Server) -> None:
    action = step.server
    match action:
        case steps.Released():
            for actor in stage.members(action.released):
                _released(stage, actor)
        case steps.HasRead():
            for client in stage.members(action.has_read):
                stage.await_read(client)
                stage.transcript.note("server", "has read it")
        case steps.PauseOf():
            stage.instance.pause_main()
            stage.paused = True
            stage.transcript.note("server", "its main process is paused")
        case steps.DescriptorsLeft():
            _limit_descriptors(stage, action.descriptors_left)
        case _:
            _SERVER[action](stage)


def await_reading(stage: Stage, actor: TcpActor) -> None:
    actor.await_consumed(stage.deadline)
    stage.transcript.note("server", "has read it")


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


def _idle(stage: Stage) -> None:
    """All threads wait, at many looks in a row: no clock is needed to see that one never does.

    On a machine too slow for so many looks, the processor time that it has used decides."""
    instance, began = stage.instance, time.monotonic()
    before = instance.vitals().cpu_seconds
    looks, pids = 0, instance.pids()

    def asleep() -> bool:
        nonlocal looks, pids
        _alive(stage)
        looks = looks + 1 if instance.asleep(pids) else 0
        if 0 < looks < IDLE_LOOKS:
            return False
        known, pids = pids, instance.pids()
        looks = looks if known == pids else 0
        return looks >= IDLE_LOOKS

    try:
        poll(asleep, stage.deadline, "")
    except DeadlineMissed:
        used = instance.vitals().cpu_seconds - before
        if used > BUSY_SHARE * (time.monotonic() - began):
            raise Mismatch(
                "the server is busy although there is nothing to do",
                expected="all of its threads wait",
                received=f"{used:.1f} s of processor time used meanwhile",
                missed=True,
            ) from None


def _restart(stage: Stage) -> None:
    """Kill it, so that it closes its connections first; their TIME_WAIT must not keep it from its port."""
    old = stage.instance
    clients = [as_stream(actor) for actor in stage.actors.values() if actor.open]
    old.kill(stage.deadline)
    stage.transcript.note("server", "is killed")
    for actor in clients:
        actor.read_to_end(stage.deadline)
        actor.half_close()
    try:
        poll(old.in_time_wait, Deadline(TIME_WAIT_SOON), "")
    except DeadlineMissed:
        raise NotApplicable(
            "no connection of it came into TIME_WAIT, so that starting again is easy"
        ) from None
    stage.close_all()
    stage.transcript.note("server", "is started again")
    try:
        new = old.restart()
    except NotTestable as exc:
        if exc.blame != "target":
            raise
        _note_output(stage, exc.explanation)
        raise Mismatch(
            "the server cannot start again at once on its port",
            expected=f"a server that listens on port {old.port}",
            received=str(exc),
        ) from exc
    stage.goes_on_with(new)
    if new.port != old.port:
        raise NotApplicable("it takes another port each time that it is started")


def _note_output(stage: Stage, lines: Sequence[str]) -> None:
    for line in lines:
        stage.transcript.note("server", f"prints {line.removeprefix(PREFIX)}")


def _second_copy_refused(stage: Stage) -> None:
    try:
        copy = stage.instance.second_copy(stage.deadline)
    except DeadlineMissed:
        raise Mismatch(
            "a second copy on the same port neither ends nor says anything",
            expected="it ends with an error status",
            received=f"still running after {stage.deadline.seconds:.1f} s",
            missed=True,
        ) from None
    _note_output(stage, copy.printed)
    first = stage.instance
    if copy.exit is None:
        if not first.takes_port and first.port not in copy.ports:
            raise NotApplicable("each copy of it takes a port of its own")
        raise Mismatch(
            "a second copy runs beside the first one",
            expected="it ends, because the port is taken",
            received=f"it listens on port {', '.join(map(str, sorted(copy.ports)))}",
        )
    launched_well = first.has_left_its_terminal()  # what was started ends well, whatever its daemon does
    if not copy.printed or (copy.exit.status == 0 and not launched_well):
        raise Mismatch(
            "a second copy ends as if nothing were wrong",
            expected="an error status and a message: the port is taken",
            received=f"{copy.exit}, {'something' if copy.printed else 'nothing'} printed",
        )


def _no_orphans(stage: Stage) -> None:
    """Only where the main process has ended: one that waits for its clients is still in charge."""
    instance, main = stage.instance, stage.signalled
    soon = stage.deadline.within(ORPHANS_AFTER * stage.part.patience)
    try:
        poll(lambda: not instance.lives(main), soon, "")
    except DeadlineMissed:
        raise NotApplicable("its main process waits for the clients before it ends") from None
    try:
        poll(lambda: not instance.listening(), stage.deadline, "")
    except DeadlineMissed:
        count = len(instance.pids())
        raise Mismatch(
            "processes that the server left behind keep its port",
            expected=f"nobody listens on port {instance.port} any more",
            received=f"{count} process{'' if count == 1 else 'es'} left, and the port is taken",
            missed=True,
        ) from None


_SERVER: dict[str, Callable[[Stage], None]] = {
    "alive": _alive,
    "died": _died,
    "pause": _pause,
    "resume": _resume,
    "idle": _idle,
    "restart": _restart,
    "second-copy-refused": _second_copy_refused,
    "no-orphans": _no_orphans,
}


def _released(stage: Stage, actor: Client) -> None:
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


def _limit_descriptors(stage: Stage, count: Any) -> None:
    stage.limits.close()
    if count == "any":
        stage.transcript.note("server", "may open descriptors again")
        return
    left = stage.scope().number(count)
    stage.limits.enter_context(stage.instance.descriptors_left(left))
    stage.transcript.note("server", f"may open {left} descriptors more")


# ---------------------------------------------------------------- signal


def signal(stage: Stage, step: steps.Signal) -> None:
    stage.may_die = True
    number = signals.Signals[f"SIG{step.signal}"]
    stage.transcript.note("server", f"gets SIG{step.signal}")
    if step.signal == "INT":
        if stage.instance.has_left_its_terminal():
            raise NotApplicable("it is a daemon, which Ctrl-C does not reach")
        stage.instance.signal_group(number)
    else:
        stage.signalled = stage.instance.signal(number)
    if step.then is not None:
        _await_exit(stage, step.signal, step.then.exits)


def _await_exit(stage: Stage, sent: str, exits: steps.Exits) -> None:
    deadline = stage.deadline.within(parse_duration(exits.within) * stage.part.patience)
    try:
        found = stage.instance.wait_exit(deadline)
    except DeadlineMissed:
        raise Mismatch(
            f"the server does not end after SIG{sent}",
            expected=f"all of its processes end within {deadline.seconds:.1f} s",
            received=f"{len(stage.instance.pids())} of them still there",
            missed=True,
        ) from None
    if exits.status is not None and not any(_is(found, status) for status in exits.status):
        raise Mismatch(
            f"the server ends after SIG{sent} with a strange status",
            expected=f"one of {', '.join(map(_shown, exits.status))}",
            received=str(found),
        )


def _is(found: Exit, status: int | str) -> bool:
    return found.status == status if isinstance(status, int) else found.signal == f"SIG{status}"


def _shown(status: int | str) -> str:
    return str(status) if isinstance(status, int) else f"killed by SIG{status}"


# ---------------------------------------------------------------- log


def log(stage: Stage, step: steps.Log) -> None:
    scope = stage.scope()
    text, times = scope.text(step.log.contains), scope.number(step.log.times)
    prints_in = stage.part.profile.prints_in
    encodings = (prints_in,) if prints_in else ("utf-8", stage.part.encoding)
    for piece, count in (_pieces(text) if step.log.in_pieces else {text: 1}).items():
        if any(writes(piece, encoding) for encoding in encodings):  # no console shows what it lacks
            _await_printed(stage, piece, times * count, encodings)
    if step.log.names is not None:
        _refuse_other_names(stage, text, step.log.names)


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
            due=text.encode(stage.part.encoding, "replace"),
            expected=f'"{text}"' + (f", {times} times" if times > 1 else ""),
            received=f"{count} times" if count else "not printed",
            got="short" if count else "nothing",
            missed=True,
        ) from None


def _refuse_other_names(stage: Stage, text: str, name: str) -> None:
    """A line with the text may name the port of the client that sent it, or none."""
    (actor,) = stage.members(name)
    others = {other.local_port: other.name for other in stage.actors.values() if other.name != name}
    for line in _lines_with(stage, text):
        ports = set(map(int, re.findall(r"(?<!\d)\d{4,5}(?!\d)", line)))
        if actor.local_port not in ports and (wrong := ports & others.keys()):
            other = min(wrong)
            raise Mismatch(
                "the server prints another client's address",
                expected=f"port {actor.local_port}, which is {name}'s, in the line with {text!r}",
                received=f"port {other}, which is {others[other]}'s",
                got="different",
            )


def _lines_with(stage: Stage, text: str) -> Iterator[str]:
    return (line for _, line in stage.instance.log.lines(stage.log_mark) if text in line)


# ---------------------------------------------------------------- vitals


class NotLevel(Mismatch):
    """The server uses more than it may; another round may tell otherwise."""


def vitals(stage: Stage, step: steps.Vitals) -> None:
    if isinstance(step.vitals, str):
        stage.remembered = stage.instance.vitals()
        return
    deadline = stage.within(step.within)
    bounds = {name: _bound(stage, name, level) for name, level in step.vitals.given().items()}
    try:
        poll(lambda: not _above(stage.instance.vitals(), bounds), deadline, "")
    except DeadlineMissed:
        _refuse_levels(stage, bounds)


def _bound(stage: Stage, name: str, level: Any) -> int:
    if isinstance(level, steps.AtMost):
        return stage.scope().number(level.at_most)
    more = stage.scope().number(level.grows_at_most) if isinstance(level, steps.GrowsAtMost) else 0
    return _amount(stage.remembered, name) + more


def _amount(found: Vitals, name: str) -> int:
    return found.rss_bytes if name == "memory" else int(getattr(found, name))


def _above(found: Vitals, bounds: dict[str, int]) -> list[str]:
    return [name for name, bound in bounds.items() if _amount(found, name) > bound]


def _refuse_levels(stage: Stage, bounds: dict[str, int]) -> None:
    found = stage.instance.vitals()
    for name in _above(found, bounds):
        before, now = (_in_words(name, _amount(one, name)) for one in (stage.remembered, found))
        raise NotLevel(
            f"the server keeps more and more {name}" if name != "memory" else "the server's memory grows",
            expected=f"at most {_in_words(name, bounds[name])}",
            received=f"{now}; it was {before} before",
            missed=True,
        )


def _in_words(name: str, amount: int) -> str:
    return f"{amount / 1024**2:.1f} MiB" if name == "memory" else f"{amount} {name}"
