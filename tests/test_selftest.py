"""Every right server passes every check; every faulty server fails the checks of its row."""

from __future__ import annotations

import pytest

from pytest_netconform import bundled
from pytest_netconform.selftest.page import catalogue, covered, page, proving
from pytest_netconform.selftest.playing import play_row, suites
from pytest_netconform.selftest.rows import Row, rows
from pytest_netconform.suite.source import read


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_a_bundled_server_brings_what_its_row_says(row: Row) -> None:
    outcome = play_row(row)
    if outcome.unavailable:
        pytest.skip(outcome.unavailable)
    assert outcome.problems() == []
    if row.is_right:
        assert any(result.verdict == "passed" for result in outcome.results)


def test_each_defect_of_the_catalogue_has_a_check_or_a_reason() -> None:
    known, found = catalogue(), covered()
    assert set(found) == set(known)
    assert {defect for defect in known if bool(found[defect]) == ("without" in known[defect])} == set()


def test_a_deviation_names_a_bundled_check_and_reference() -> None:
    path = bundled.references_dir() / "socketio" / "deviations.yaml"
    table: dict[str, dict[str, list[str]]] = read(path, path.name).value
    named = {check.id for suite in suites() for check in suite.checks.values()}
    assert set(table) <= named
    servers = {
        name for one in table.values() for key in ("servers", "by_chance") for name in one.get(key, ())
    }
    assert servers <= set(bundled.reference_names())


def test_each_check_fails_on_some_faulty_server_by_its_row() -> None:
    """A check that nothing fails proves nothing."""
    checks = [check.id for suite in suites() for check in suite.checks.values()]
    assert [check for check in checks if not proving(check)] == []


def test_the_page_about_the_checks_is_the_one_that_is_generated() -> None:
    written = (bundled.suites_dir().parent / "docs" / "checks.md").read_text(encoding="utf-8")
    assert written == page(), "run: netconform checks > docs/checks.md"
