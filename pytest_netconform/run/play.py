"""Plays one check on one running instance."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..actors.client import ConnectionEnded
from ..deadline import Deadline, DeadlineMissed
from ..target import Exit, Instance, Transport
from .datagrams import DatagramStage
from .handlers import play_step
from .result import Finding
from .stage import Mismatch, Part, Stage
from .streams import StreamStage
from .transcript import Transcript

DEATH_NOTICE = 1.0
STAGES: dict[Transport, type[Stage]] = {"tcp": StreamStage, "udp": DatagramStage}


@dataclass
class Played:
    """What one playing brought."""

    findings: list[Finding]
    transcript: Transcript
    seconds: float
    died: Exit | None
    output: str = ""


def play(part: Part, instance: Instance, share: float = 1.0) -> Played:
    """Play a check on a running instance. `share` shortens its deadline, for replays."""
    stage = STAGES[part.suite.applies_to](part, instance, part.deadline(share), log_mark=instance.log.mark())
    try:
        return _played(stage, _findings(stage))
    finally:
        stage.stop_started()


def _findings(stage: Stage) -> list[Finding]:
    """Empty, or what the first step found that must not be."""
    try:
        for step in stage.part.check.steps:
            play_step(stage, step)
        stage.step = None
        stage.settle()
        if (died := stage.instance.exited()) is not None and not stage.may_die:
            raise Mismatch("the server has ended", expected="a running server", received=str(died))
    except (Mismatch, ConnectionEnded, DeadlineMissed) as exc:
        stage.transcript.over = True
        return [_finding(stage, exc)]
    finally:
        stage.clear()
    return []


def _finding(stage: Stage, exc: Exception) -> Finding:
    at = stage.part.at(stage.step)
    if isinstance(exc, Mismatch):
        return Finding(str(exc), at, **exc.details)
    if isinstance(exc, ConnectionEnded):
        return Finding("the server ended the connection", at, "an open connection", str(exc), ended=exc.how)
    seconds = f"{stage.deadline.seconds:.1f} s"
    return Finding("the deadline passed", at, str(exc), f"not within {seconds}", missed=True)


def _played(stage: Stage, findings: list[Finding]) -> Played:
    """After a finding: what the server printed, and whether it has died."""
    instance = stage.instance
    seconds = time.monotonic() - stage.transcript.began
    if not findings:
        return Played(findings, stage.transcript, seconds, instance.exited())
    died = instance.exited() or (None if findings[0].missed else _await_death(stage))
    lines = instance.log.lines(stage.log_mark)
    for moment, line in lines:
        stage.transcript.note_at(moment, "server", f"prints {line}")
    return Played(findings, stage.transcript, seconds, died, "\n".join(line for _, line in lines))


def _await_death(stage: Stage) -> Exit | None:
    """A server that prints its traceback is still there for a moment; one that serves is not dying."""
    stage.deadline = Deadline(DEATH_NOTICE * stage.part.patience)
    try:
        stage.newcomer()
    except Mismatch as exc:
        if exc.details.get("got") != "nothing":
            return None
    except (ConnectionEnded, DeadlineMissed):
        pass
    else:
        return None
    finally:
        stage.close_all()
    try:
        return stage.instance.wait_exit(stage.deadline)
    except DeadlineMissed:
        return None
