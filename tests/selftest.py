"""Plays all bundled suites on one server and tells which checks it does not meet."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_netconform import bundled
from pytest_netconform.run.bench import Bench
from pytest_netconform.run.items import items_of
from pytest_netconform.run.judge import Judge, Rules
from pytest_netconform.run.probe import probe
from pytest_netconform.run.result import Result
from pytest_netconform.suite.load import load
from pytest_netconform.target import Target

SUITES = [load(path, f"suites/{path.name}") for path in bundled.suites()]


def play_all(
    command: str,
    profile: Sequence[str] = (),
    params: Sequence[tuple[str, str, str]] = (),
    patience: float = 1.0,
    only: str = "",
) -> list[Result]:
    """The results of every check of the suites that fit the server, or what `profile` declares of it.

    `only` names a single suite."""
    target = Target("server", command)
    judge = Judge(Bench(target), probe(target, patience).declared(profile), Rules("robust", patience, params))
    assert judge.probed.profile is not None, judge.probed.fault
    results = []
    try:
        for suite in SUITES:
            if only in ("", suite.name) and judge.probed.profile.lacking(suite.needs) is None:
                results += [judge.judge(item) for item in items_of(suite, f"suites/{suite.path.name}")]
    finally:
        judge.bench.retire()
    return results
