"""What a selftest prints, and what it takes for wrong."""

from __future__ import annotations

import pytest

from pytest_netconform.run.result import Finding, Result
from pytest_netconform.selftest.matrix import report, unproven
from pytest_netconform.selftest.playing import Outcome
from pytest_netconform.selftest.rows import Row, chosen, fits, rows

CHECKS = ["mine/one", "mine/two"]


def result(
    check: str, verdict: str, *, tier: str = "core", because: str = "", looks: str | None = None
) -> Result:
    finding = Finding("no reply", "mine.yaml:3", received="nothing", looks_like=looks)
    findings = [finding] if verdict in ("failed", "warned") else []
    return Result(
        target="server",
        suite="mine",
        check=check,
        title={"en": check},
        level="must",
        tier=tier,
        gates=tier == "core",
        points=1,
        at="mine.yaml:2",
        verdict=verdict,  # type: ignore[arg-type]
        because=because,
        findings=findings,
    )


def outcome(row: Row, **verdicts: str) -> Outcome:
    return Outcome(row, tuple(result(f"mine/{slug}", verdict) for slug, verdict in verdicts.items()))


RIGHT = Row("right", "reference")
FAULTY = Row("faulty/wrong", "faulty", fails=("mine/one",))


def test_what_is_as_its_row_says_is_no_problem() -> None:
    assert outcome(RIGHT, one="passed", two="skipped").problems() == []
    assert outcome(FAULTY, one="failed", two="passed").problems() == []


def test_a_right_server_that_fails_is_a_problem() -> None:
    assert outcome(RIGHT, one="failed").problems() == ["right fails mine/one: no reply; received nothing"]


def test_a_faulty_server_that_passes_is_a_problem() -> None:
    assert outcome(FAULTY, one="passed").problems() == ["faulty/wrong does not fail mine/one: passed "]
    assert outcome(FAULTY, two="passed").problems() == [
        "faulty/wrong: no check is played that is called mine/one"
    ]


def test_a_deviation_of_a_reference_that_is_gone_is_a_problem() -> None:
    row = Row("right", "reference", deviates={"mine/one": "the library does not (its clause)"})
    assert outcome(row, one="failed", two="passed").problems() == []
    assert outcome(row, one="passed").problems() == ["right does not fail mine/one: passed "]
    assert outcome(row, one="failed", two="failed").problems() != []


def test_a_deviation_by_chance_is_one_or_not() -> None:
    row = Row("right", "reference", deviates={"mine/one": "threads overtake"}, sometimes=("mine/one",))
    assert outcome(row, one="failed", two="passed").problems() == []
    assert outcome(row, one="passed").problems() == []
    assert outcome(row, one="passed", two="failed").problems() != []


def test_a_faulty_server_is_about_the_suites_in_which_it_fails() -> None:
    assert Row("faulty/a", "faulty", fails=("mine/one", "mine/two"), sometimes=("yours/x",)).concerned == (
        "mine",
        "yours",
    )
    assert Row("faulty/a", "faulty", fails=("mine/one",), suites=("his",)).concerned == ("his",)
    assert Row("faulty/a", "faulty", fails=("mine/one", "*/two")).concerned == ()
    assert Row("right", "reference", deviates={"mine/one": "why"}).concerned == ()


def test_a_race_may_come_out_either_way() -> None:
    race = Row("faulty/race", "faulty", fails=("mine/one",), sometimes=("*",))
    assert outcome(race, one="failed", two="failed").problems() == []
    skipped = Outcome(race, (result("mine/one", "skipped", because="because mine/two failed"),))
    assert skipped.problems() == []
    assert Outcome(race, (result("mine/one", "skipped", because="needs more"),)).problems() != []


def test_a_pattern_stands_for_every_check_that_is_played() -> None:
    row = Row("faulty/wrong", "faulty", fails=("*/one",))
    assert outcome(row, one="failed").problems() == []
    assert outcome(row, one="passed").problems() != []
    assert outcome(row, two="passed").problems() == ["faulty/wrong: no check is played that is called */one"]


@pytest.mark.parametrize(("tier", "problems"), [("strict", 0), ("core", 1)])
def test_a_right_server_may_be_warned_of_what_its_row_explains_but_not_of_the_core(
    tier: str, problems: int
) -> None:
    row = Row("variations/own", "variation", warns={"mine/one": "it has its reason"})
    found = Outcome(row, (result("mine/one", "failed", tier=tier),))
    assert len(found.problems()) == problems


def test_a_failure_looks_like_what_the_row_says() -> None:
    row = Row("faulty/wrong", "faulty", fails=("mine/one",), looks_like={"mine/one": "upper-cased"})
    assert Outcome(row, (result("mine/one", "failed", looks="upper-cased"),)).problems() == []
    assert Outcome(row, (result("mine/one", "failed", looks="doubled"),)).problems() == [
        "faulty/wrong: the failure of mine/one looks like doubled, not like upper-cased"
    ]


def test_a_deadline_that_is_missed_once_fails_nothing() -> None:
    """It is warned of although it gates, which only the judge's replays can bring."""
    assert outcome(RIGHT, one="warned").problems() == []


def test_the_matrix_shows_who_fails_what_and_how_often_a_check_catches_something() -> None:
    missing = Outcome(Row("java", "reference"), unavailable="there is no java")
    played = [
        outcome(RIGHT, one="passed", two="passed"),
        outcome(FAULTY, one="failed", two="passed"),
        missing,
    ]
    assert list(report(played, CHECKS)) == [
        "mine                                          a b",
        "faulty/wrong                                  x .",
        "  a mine/one                                     kills 1 of 1, passed by 1 of 1",
        "  b mine/two                                     kills 0 of 1, passed by 1 of 1",
        "",
        "not played: java: there is no java",
        "faulty servers that no check fails: none",
        "not as expected: nothing",
        "checks that no faulty server fails: mine/two",
    ]


def test_a_check_with_parameters_is_one_check() -> None:
    found = Outcome(FAULTY, (result("mine/one[n=2]", "failed"), result("mine/one[n=3]", "passed")))
    assert unproven([found], CHECKS) == ["mine/two"]


def test_servers_are_chosen_by_name_or_pattern() -> None:
    assert {row.server for row in chosen(["threads", "faulty/one-*"])} == {
        "threads",
        "faulty/one-message",
        "faulty/one-shot",
    }
    assert chosen([]) == rows()
    assert chosen(["nobody"]) == ()


def test_only_a_star_means_anything_in_a_pattern() -> None:
    assert fits("gbk/long[n=1]", "gbk/long[n=1]")
    assert fits("gbk/long[n=1]", "gbk/*")
    assert not fits("gbk/longn", "gbk/long[n=1]")
