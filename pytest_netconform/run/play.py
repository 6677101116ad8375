"""Plays one check on one running instance."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..actors.client import ConnectionEnded, Malformed
from ..deadline import Deadline, DeadlineMissed
from ..payload import excerpt
from ..suite.step import Step
from ..target import Exit, Instance
from .datagrams import DatagramStage
from .evidence import gather
from .handlers import HANDLERS, play_step
from .result import Finding
from .signature import looks_like
from .stage import Mismatch, Part, Stage
from .streams import StreamStage
from .transcript import MOST_EVENTS, Transcript

DEATH_NOTICE = 1.0


def _stage_for(kind: str) -> tuple[type[Stage], Mapping[type[Step], Callable[[Any, Any], None]]]:
    """The stage of suites that apply to this, and how verbs are played on it."""
    if kind == "socketio":
        from .event_handlers import EVENT_HANDLERS  # with the libraries of its clients
        from .event_stage import EventStage

        return EventStage, EVENT_HANDLERS
    return (DatagramStage if kind == "udp" else StreamStage), HANDLERS


@dataclass
class Played:
    """What one playing brought."""

    findings: list[Finding]
    transcript: Transcript
    seconds: float
    died: Exit | None
    output: str = ""


def play(
    part: Part,
    instance: Instance,
    share: float = 1.0,
    *,
    earlier: tuple[bytes, ...] = (),
    explain: bool = False,
) -> Played:
    """Play a check on a running instance. `share` shortens its deadline, for replays.

    `explain` says what the finding looks like, for which `earlier` is what the instance was sent in
    checks before; then the instance must not be used again."""
    kind, handlers = _stage_for(part.suite.applies_to)
    mark = instance.log.mark()
    stage = kind(part, instance, part.deadline(share), handlers, log_mark=mark, earlier=earlier)
    try:
        _play_steps(stage)
    except (Mismatch, ConnectionEnded, DeadlineMissed, Malformed) as exc:
        return _failed(stage, exc, explain)
    finally:
        stage.clear()
        stage.stop_started()
    return Played([], stage.transcript, _seconds(stage), instance.exited())


def _play_steps(stage: Stage) -> None:
    for step in stage.part.check.steps:
        play_step(stage, step)
    stage.step = None
    stage.settle()
    if (died := stage.instance.exited()) is not None and not stage.may_die:
        raise Mismatch("the server has ended", expected="a running server", received=str(died))


def _seconds(stage: Stage) -> float:
    return time.monotonic() - stage.transcript.began


def _finding(stage: Stage, exc: Exception) -> Finding:
    at = stage.part.at(stage.step)
    if isinstance(exc, Mismatch):
        return Finding(str(exc), at, **exc.details)
    if isinstance(exc, Malformed):
        return Finding(str(exc), at, f"what {exc.clause} says", excerpt(exc.data), got="different")
    if isinstance(exc, ConnectionEnded):
        return Finding("the server ended the connection", at, "an open connection", str(exc), ended=exc.how)
    seconds = f"{stage.deadline.seconds:.1f} s"
    return Finding("the deadline passed", at, str(exc), f"not within {seconds}", missed=True)


def _failed(stage: Stage, exc: Exception, explain: bool) -> Played:
    """After a finding: what it looks like, what the server printed, and whether it has died.

    Where a deadline passed, what the server does about the attempts to explain it does not count."""
    if not stage.paused and stage.instance.stands_still():
        stage.transcript.note("server", "has been stopped by SIGSTOP, not by the tester")
    stage.transcript.over = True
    finding, seconds = _finding(stage, exc), _seconds(stage)
    died = stage.instance.exited()
    lines = stage.instance.log.lines(stage.log_mark, MOST_EVENTS) if finding.missed else []
    if explain and isinstance(exc, Mismatch) and isinstance(stage, StreamStage):
        finding = replace(finding, looks_like=_looks_like(stage, exc))
    if not finding.missed:
        stage.clear()
        died = died or stage.instance.exited() or _await_death(stage)
        lines = stage.instance.log.lines(stage.log_mark, MOST_EVENTS)
    for moment, line in lines:
        stage.transcript.note_at(moment, "server", f"prints {line}")
    return Played([finding], stage.transcript, seconds, died, "\n".join(line for _, line in lines))


def _looks_like(stage: StreamStage, mismatch: Mismatch) -> str | None:
    evidence = gather(stage, mismatch)
    return looks_like(evidence) if evidence else None


def _await_death(stage: Stage) -> Exit | None:
    """A server that prints its traceback is still there for a moment; one that serves is not dying."""
    stage.deadline = Deadline(DEATH_NOTICE * stage.part.patience)
    try:
        stage.newcomer()
    except Mismatch as exc:
        if exc.details.get("got") != "nothing":
            return None
    except (ConnectionEnded, DeadlineMissed, Malformed):
        pass
    else:
        return None
    finally:
        stage.close_all()
    try:
        return stage.instance.wait_exit(stage.deadline)
    except DeadlineMissed:
        return None
