"""Every reference passes every check; every faulty server fails exactly the checks of its row."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

import pytest
import yaml
from selftest import SUITES, play_all, play_one

from pytest_netconform import bundled
from pytest_netconform.run import judge, stage

TABLE: dict[str, dict[str, Any]] = yaml.safe_load(
    (bundled.references_dir() / "faulty" / "table.yaml").read_text(encoding="utf-8")
)
RUNS = [(name, run) for name, row in TABLE.items() for run in row.get("runs", ())]
PATIENCE = 0.3
"""A faulty server lets deadlines pass; what is right answers within milliseconds."""
SHORT = 4.0
"""Seconds for a check of which only the explanation is looked at."""

REFERENCES = ("threads", "processes", "asyncio-streams")


@pytest.mark.parametrize("reply", ["", " --reply ok!"], ids=["echo", "acknowledge"])
@pytest.mark.parametrize("name", REFERENCES)
def test_a_reference_passes_everything_it_claims(name: str, reply: str) -> None:
    results = play_all(f"ref:{name}{reply}")
    assert {result.check: result.findings for result in results if result.findings} == {}
    skipped = [result.check for result in results if result.verdict == "skipped"]
    assert all("needs a target that answers every byte" in r.because for r in results if r.check in skipped)
    assert len(results) - len(skipped) > 30


@pytest.mark.parametrize(("name", "run"), RUNS, ids=[f"{name}{run.get('args', '')}" for name, run in RUNS])
def test_a_faulty_server_fails_exactly_what_its_row_says(name: str, run: dict[str, Any]) -> None:
    params = [("*", "reply", run["reply"])] if "reply" in run else []
    results = play_all(f"ref:faulty/{name} {run.get('args', '')}", run.get("profile", ()), params, PATIENCE)
    failed = {result.check for result in results if result.verdict in ("failed", "warned", "error")}
    by_chance = run.get("sometimes", ())
    unexpected = [check for check in failed - set(run["fails"]) if not _matches(check, by_chance)]
    skipped = {result.check for result in results if by_chance == ["*"] and "failed" in result.because}
    assert (unexpected, set(run["fails"]) - failed - skipped) == ([], set())


LOOKS = [
    (name, run, check, signature)
    for name, run in RUNS
    for check, signature in run.get("looks_like", {}).items()
]


@pytest.mark.parametrize(
    ("name", "run", "check", "signature"), LOOKS, ids=[f"{look[0]}-{look[2]}" for look in LOOKS]
)
def test_a_failure_says_which_defect_it_looks_like(
    name: str, run: dict[str, Any], check: str, signature: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One check, without probing and without replays."""
    monkeypatch.setattr(stage, "DEFAULT_DEADLINE", SHORT)
    monkeypatch.setattr(judge, "REPLAYS", 0)
    args = run.get("args", "")
    reply = run.get("reply") or args.removeprefix("--reply ")
    result = play_one(f"ref:faulty/{name} {args}", check, reply)
    assert (result.verdict, result.findings[0].looks_like) == ("failed", signature)


def test_a_looks_like_in_the_table_is_of_a_check_that_fails() -> None:
    assert [look for look in LOOKS if look[2] not in look[1]["fails"]] == []


def _matches(check: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(check, pattern) for pattern in patterns)


def test_every_check_fails_on_some_faulty_server() -> None:
    """A check that nothing fails proves nothing."""
    caught = {check.partition("[")[0] for _, run in RUNS for check in run["fails"]}
    assert {check.id for suite in SUITES for check in suite.checks.values()} - caught == set()
