"""The errors: who is to blame, and how a problem of a suite is shown."""

from __future__ import annotations

import pickle

import pytest

from pytest_netconform.errors import (
    EnvironmentFault,
    NetconformError,
    Problem,
    SuiteError,
    TargetError,
    UsageError,
    did_you_mean,
)


@pytest.mark.parametrize(
    ("kind", "blame"),
    [
        (SuiteError, "suite"),
        (UsageError, "usage"),
        (EnvironmentFault, "environment"),
        (TargetError, "target"),
    ],
)
def test_each_family_of_errors_blames_somebody_else(kind: type[NetconformError], blame: str) -> None:
    assert kind.blame == blame
    assert issubclass(kind, NetconformError)


def test_a_close_word_is_suggested() -> None:
    assert did_you_mean("recieve", ["send", "receive"]) == "; did you mean 'receive'?"


def test_nothing_is_suggested_where_no_word_is_close() -> None:
    assert did_you_mean("xyz", ["send", "receive"]) == ""


def test_a_problem_is_shown_with_its_line_and_a_caret_under_it() -> None:
    problem = Problem("a.yaml", 3, 7, "unknown key 'sned'", "    - sned: x", 6)
    assert str(problem) == "a.yaml:3:7: unknown key 'sned'\n        - sned: x\n          ^"


def test_a_problem_of_an_empty_line_is_one_line() -> None:
    assert str(Problem("a.yaml", 1, 1, "the file is empty", "  ")) == "a.yaml:1:1: the file is empty"


def test_a_suite_error_tells_all_of_its_problems() -> None:
    problems = (Problem("a.yaml", 1, 1, "one"), Problem("a.yaml", 2, 1, "two"))
    error = SuiteError(problems)
    assert error.problems == problems
    assert str(error) == "a.yaml:1:1: one\na.yaml:2:1: two"


def test_a_target_error_keeps_its_explanation_between_processes() -> None:
    error = pickle.loads(pickle.dumps(TargetError("it exits", ("status 1", "| Traceback"))))
    assert (str(error), error.explanation) == ("it exits", ("status 1", "| Traceback"))


def test_a_suite_error_keeps_its_problems_between_processes() -> None:
    error = pickle.loads(pickle.dumps(SuiteError((Problem("a.yaml", 1, 1, "one"),))))
    assert error.problems == (Problem("a.yaml", 1, 1, "one"),)
    assert str(error) == "a.yaml:1:1: one"
