"""`${name}` in the texts of a suite."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_netconform.suite.templates import fill, is_broken, names, texts_in

VARIABLES: dict[str, Any] = {"n": 10, "who": "alice", "raw": b"\xc4\xe3", "你": "good"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("hello", "hello"),
        ("${who} says ${n}", "alice says 10"),
        ("${n}", 10),
        ("${raw}", b"\xc4\xe3"),
        ("${你}", "good"),
        ("$${who}", "${who}"),
        ("$${", "${"),
        ("$$${who}", "$${who}"),
        ("$who {who} $", "$who {who} $"),
    ],
)
def test_variables_are_put_in_and_one_alone_keeps_its_type(text: str, filled: object) -> None:
    assert fill(text, VARIABLES) == filled


@pytest.mark.parametrize(
    ("text", "found"), [("${a} ${b}${a}", ["a", "b", "a"]), ("$${a} $a", []), ("${a b} ${}", [])]
)
def test_a_text_says_which_variables_it_asks_for(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize("text", ["${", "${}", "${a b}", "${a", "x ${a} ${-}", "${a-b}"])
def test_what_begins_a_variable_and_is_none_is_broken(text: str) -> None:
    assert is_broken(text)


@pytest.mark.parametrize("text", ["", "$", "${a}", "$${", "$${a b}", "$a{", "{a}"])
def test_other_texts_are_not_broken(text: str) -> None:
    assert not is_broken(text)


def test_texts_are_found_anywhere_with_the_path_that_leads_to_them() -> None:
    value = {"send": {"join": ("a", {"text": "b", "encoding": None})}, "n": 5, "cut": (1, 2)}
    assert list(texts_in(value, ("steps", 0))) == [
        (("steps", 0, "send", "join", 0), "a"),
        (("steps", 0, "send", "join", 1, "text"), "b"),
    ]


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text("${}ab \n"))
def test_a_text_that_is_not_broken_asks_only_for_its_names(text: str) -> None:
    if not is_broken(text):
        fill(text, dict.fromkeys(names(text), "x"))


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text("${}ab"))
def test_any_text_can_be_written(text: str) -> None:
    written = text.replace("${", "$${")
    assert not is_broken(written)
    assert fill(written, {}) == text
