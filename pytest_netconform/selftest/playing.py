"""Plays every bundled suite on a bundled server, and holds what came of it against its row."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from typing import Literal

from .. import bundled
from ..errors import EnvironmentFault
from ..run.bench import Bench
from ..run.items import items_of
from ..run.judge import Judge, Rules
from ..run.probe import probe
from ..run.result import Result
from ..suite.load import load
from ..suite.model import Suite
from ..target import Rung, Target, stand
from .rows import Row, fits

Reach = Literal["checks", "suites", "all"]
"""How far a faulty server is played: on the checks that its row names and what they require, on their suites,
or on all that fit."""


@dataclass(frozen=True)
class Outcome:
    """What playing a row brought. `unavailable`: why this machine cannot run the server at all."""

    row: Row
    results: tuple[Result, ...] = ()
    unavailable: str = ""

    @property
    def failed(self) -> set[str]:
        return {one.check for one in self.results if not one.met or one.verdict == "error"}

    def problems(self) -> list[str]:
        """What is not as the row says; empty where all is."""
        if self.unavailable:
            return []
        return [*self._unexpected(), *self._missing(), *self._unlike()]

    def _unexpected(self) -> Iterator[str]:
        for result in self.results:
            expected = any(fits(result.check, one) for one in self.row.foreseen) or self._may_warn(result)
            if result.check in self.failed and not expected:
                finding = result.findings[0] if result.findings else None
                told = f"{finding.text}; received {finding.received}" if finding else result.because
                yield f"{self.row.id} fails {result.check}: {told}"

    def _missing(self) -> Iterator[str]:
        for pattern in (*self.row.fails, *self.row.warns, *self.row.always_deviates):
            found = [one for one in self.results if fits(one.check, pattern)]
            if "*" in pattern:
                found = [one for one in found if one.verdict != "skipped"]
            if not found:
                yield f"{self.row.id}: no check is played that is called {pattern}"
            for result in found:
                if result.check not in self.failed and not self._by_chance(result):
                    yield f"{self.row.id} does not fail {result.check}: {result.verdict} {result.because}"

    def _unlike(self) -> Iterator[str]:
        for result in self.results:
            wanted = self.row.looks_like.get(result.check)
            found = result.findings[0].looks_like if result.findings else None
            if wanted is not None and found != wanted:
                yield f"{self.row.id}: the failure of {result.check} looks like {found}, not like {wanted}"

    def _may_warn(self, result: Result) -> bool:
        return result.check in self.row.warns and result.tier != "core"

    def _by_chance(self, result: Result) -> bool:
        """With a defect that is a race, a check may be skipped because one that it requires has failed."""
        return "*" in self.row.sometimes and result.verdict == "skipped" and "failed" in result.because


@cache
def suites() -> tuple[Suite, ...]:
    return tuple(load(path, f"suites/{path.name}") for path in bundled.suites())


@cache
def checks() -> tuple[str, ...]:
    return tuple(item.id for suite in suites() for item in items_of(suite, ""))


def play_row(row: Row, env: Mapping[str, str] | None = None, reach: Reach = "checks") -> Outcome:
    """Every check that fits a right server; of a faulty one those within `reach`. All tiers gate; `env` is
    added to the server's environment."""
    said = (("reply", row.reply), ("encoding", row.encoding))
    params = [("*", key, value) for key, value in said if value is not None]
    foreseen = [one for one in checks() if any(fits(one, pattern) for pattern in row.foreseen)]
    rules = Rules("robust", params=params, scale=row.scale, foreseen=foreseen)
    target = Target("server", row.command, env=env or {}, rung=_rung())
    only = row.suites if reach == "all" else row.concerned
    named = () if reach != "checks" or row.is_right else row.fails or row.foreseen
    try:
        return Outcome(row, play_all(target, rules, row.profile, only, named))
    except EnvironmentFault as exc:
        return Outcome(row, unavailable=str(exc))


@cache
def _rung() -> Rung:
    return stand("auto").rung


def play_all(
    target: Target,
    rules: Rules,
    profile: Sequence[str] = (),
    only: Sequence[str] = (),
    named: Sequence[str] = (),
) -> tuple[Result, ...]:
    """The results of every check of the bundled suites that fit the server, or of those suites that are
    named, and of them of those checks; `profile` is what is said of it. Raises EnvironmentFault where this
    machine cannot run it."""
    probed = probe(target, rules.patience)
    if probed.profile is None and probed.blame == "environment":
        raise EnvironmentFault(probed.fault, probed.explanation)
    judge = Judge(Bench(target), probed.declared(profile), rules)
    try:
        return tuple(_results(judge, only, named))
    finally:
        judge.bench.retire()


def _results(judge: Judge, only: Sequence[str], named: Sequence[str]) -> Iterator[Result]:
    profile = judge.probed.profile
    for suite in suites():
        if only and suite.name not in only:
            continue
        if profile is None or profile.lacking(suite.needs) is None:
            for item in items_of(suite, f"suites/{suite.path.name}"):
                if not named or any(fits(item.id, pattern) for pattern in named):
                    yield judge.judge(item)


def play_rows(rows: Sequence[Row], jobs: int, reach: Reach) -> Iterator[Outcome]:
    """As they come, several at a time, each in a process of its own. The longest first, which would be waited
    for at the end: those that fail many checks let many deadlines pass, and right ones play every check."""
    context = multiprocessing.get_context(
        "forkserver"
    )  # of a process without threads, that has loaded all this
    context.set_forkserver_preload([__name__])
    longest_first = sorted(rows, key=lambda row: 3 if row.is_right else len(row.fails), reverse=True)
    with ProcessPoolExecutor(jobs, context) as pool:
        for done in as_completed([pool.submit(play_row, row, None, reach) for row in longest_first]):
            yield done.result()
