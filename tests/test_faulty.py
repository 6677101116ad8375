"""Every reference passes every check; every faulty server fails exactly the checks of its row."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

import pytest
import yaml
from selftest import SUITES, play_all

from pytest_netconform import bundled

TABLE: dict[str, dict[str, Any]] = yaml.safe_load(
    (bundled.references_dir() / "faulty" / "table.yaml").read_text(encoding="utf-8")
)
RUNS = [(name, run) for name, row in TABLE.items() for run in row.get("runs", ())]
PATIENCE = 0.3
"""A faulty server lets deadlines pass; what is right answers within milliseconds."""

REFERENCES = ("threads", "processes", "asyncio-streams")


@pytest.mark.parametrize("reply", ["", " --reply ok!"], ids=["echo", "acknowledge"])
@pytest.mark.parametrize("name", REFERENCES)
def test_a_reference_passes_everything_it_claims(name: str, reply: str) -> None:
    results = play_all(f"ref:{name}{reply}")
    assert {result.check: result.findings for result in results if result.findings} == {}
    skipped = [result for result in results if result.verdict == "skipped"]
    assert {result.because for result in skipped} <= {
        "needs a target that answers every byte with that byte",
        "the suite has no text 'four_bytes' for gbk",
    }
    assert len(results) - len(skipped) > 30


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "shift_jis", "euc-kr", "utf-8"])
def test_a_reference_for_another_encoding_passes_the_suite_in_that_encoding(encoding: str) -> None:
    command = f"ref:threads --encoding {encoding}"
    results = play_all(command, params=[("gbk", "encoding", encoding)], only="gbk")
    assert {result.check: result.findings for result in results if result.findings} == {}
    skipped = [result.because for result in results if result.verdict == "skipped"]
    assert [because for because in skipped if "the suite has no text" not in because] == []
    assert len(results) - len(skipped) >= 13


def test_a_server_for_another_encoding_is_found_out() -> None:
    """So that the matrix above proves something: what is played depends on the encoding."""
    results = play_all("ref:threads --encoding gbk", params=[("gbk", "encoding", "big5")], only="gbk")
    assert [result.check for result in results if result.verdict == "failed"] == ["gbk/plain-text"]


@pytest.mark.parametrize(("name", "run"), RUNS, ids=[f"{name}{run.get('args', '')}" for name, run in RUNS])
def test_a_faulty_server_fails_exactly_what_its_row_says(name: str, run: dict[str, Any]) -> None:
    args, params = run.get("args", ""), []
    if "reply" in run:
        params.append(("*", "reply", run["reply"]))
    if "encoding" in run:
        args += f" --encoding {run['encoding']}"
        params.append(("gbk", "encoding", run["encoding"]))
    results = play_all(f"ref:faulty/{name} {args}", run.get("profile", ()), params, PATIENCE)
    failed = {result.check for result in results if result.verdict in ("failed", "warned", "error")}
    by_chance = run.get("sometimes", ())
    unexpected = [check for check in failed - set(run["fails"]) if not _matches(check, by_chance)]
    skipped = {result.check for result in results if by_chance == ["*"] and "failed" in result.because}
    assert (unexpected, set(run["fails"]) - failed - skipped) == ([], set())


def _matches(check: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(check, pattern) for pattern in patterns)


def test_every_check_fails_on_some_faulty_server() -> None:
    """A check that nothing fails proves nothing."""
    caught = {check.partition("[")[0] for _, run in RUNS for check in run["fails"]}
    assert {check.id for suite in SUITES for check in suite.checks.values()} - caught == set()
