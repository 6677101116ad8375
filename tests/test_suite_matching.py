"""Whether what has arrived is what was expected, as early as it can be known."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_netconform.suite.matching import (
    MORE,
    Answer,
    Expected,
    any_of,
    compile_pattern,
    containing,
    each_once,
    exactly,
    first_difference,
    matching,
    of_length,
)

properties = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def answers(expected: Expected, *pieces: bytes) -> list[Answer]:
    """What is said after each piece, as the engine asks: with what agreed before."""
    received, agreed, said = bytearray(), 0, []
    for piece in pieces:
        received += piece
        said.append(expected.look(received, agreed))
        if said[-1].state == "more":
            agreed = said[-1].used
    return said


@pytest.mark.parametrize(
    ("expected", "accepted", "refused"),
    [
        (exactly(b"abc", ""), [b"abc"], [b"ab", b"abcd", b""]),
        (exactly(b"", ""), [b""], [b"a"]),
        (containing(b"b", ""), [b"b", b"abc"], [b"ac", b""]),
        (of_length(2, ""), [b"ab"], [b"a", b"abc"]),
        (matching("a|ab", "utf-8", ""), [b"a", b"ab"], [b"abc", b""]),
        (any_of([exactly(b"a", ""), exactly(b"ab", "")], ""), [b"a", b"ab"], [b"b", b"aba"]),
    ],
)
def test_a_datagram_is_judged_whole(expected: Expected, accepted: list[bytes], refused: list[bytes]) -> None:
    assert all(map(expected.whole, accepted))
    assert not any(map(expected.whole, refused))


@pytest.mark.parametrize(
    ("datagrams", "fits"),
    [
        ([b"ab", b"a"], True),
        ([b"a", b"ab"], True),
        ([b"ab"], True),
        ([], True),
        ([b"a", b"a"], False),
        ([b"ab", b"ab"], True),
        ([b"ab", b"ab", b"ab"], False),
        ([b"b"], False),
    ],
)
def test_each_datagram_has_an_expectation_of_its_own(datagrams: list[bytes], fits: bool) -> None:
    """`ab` is what both expect, `a` is what the first one expects."""
    assert each_once([containing(b"a", ""), exactly(b"ab", "")], datagrams) is fits


def test_exactly_says_more_until_the_last_byte_is_there() -> None:
    assert answers(exactly(b"hello", "it"), b"", b"he", b"llo", b"!") == [
        Answer("more", 0),
        Answer("more", 2),
        Answer("matched", 5),
        Answer("matched", 5),
    ]


def test_exactly_says_different_at_the_first_wrong_byte() -> None:
    assert answers(exactly(b"hello", "it"), b"he", b"Llo") == [Answer("more", 2), Answer("different", 2)]


def test_exactly_nothing_has_always_matched() -> None:
    assert answers(exactly(b"", "it"), b"") == [Answer("matched", 0)]


@properties
@given(st.binary(max_size=20), st.binary(max_size=20), st.lists(st.integers(1, 5)))
def test_pieces_do_not_change_the_verdict(expected: bytes, received: bytes, sizes: list[int]) -> None:
    pieces, rest = [], received
    for size in sizes:
        pieces, rest = [*pieces, rest[:size]], rest[size:]
    said = answers(exactly(expected, "it"), *pieces, rest)
    decided = next((one for one in said if one.state != "more"), said[-1])
    assert decided == exactly(expected, "it").look(bytearray(received), 0)


@properties
@given(st.binary(max_size=9), st.binary(max_size=9))
def test_the_first_difference_is_the_first(left: bytes, right: bytes) -> None:
    slow = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    assert first_difference(left, right) == slow


def test_what_has_agreed_before_is_not_compared_again() -> None:
    assert exactly(b"hello", "it").look(bytearray(b"Hello"), 1) == Answer("matched", 5)


def test_containing_matches_up_to_the_end_of_what_it_looks_for() -> None:
    assert answers(containing(b"ok", "it"), b"it is o", b"k!") == [MORE, Answer("matched", 8)]


def test_of_length_waits_for_so_many_bytes() -> None:
    assert answers(of_length(3, "it"), b"ab", b"cd") == [MORE, Answer("matched", 3)]


def test_matching_counts_bytes_of_the_encoding() -> None:
    said = answers(matching("你.", "gbk", "it"), "你".encode("gbk"), "好!".encode("gbk"))
    assert said == [MORE, Answer("matched", 4)]


def test_matching_waits_for_the_second_half_of_a_character() -> None:
    assert answers(matching(".", "gbk", "it"), b"\xc4", b"\xe3!") == [MORE, Answer("matched", 2)]


def test_matching_counts_bytes_that_are_no_text() -> None:
    assert answers(matching(".a", "utf-8", "it"), b"\xffab") == [Answer("matched", 2)]


def test_matching_starts_at_the_start() -> None:
    assert answers(matching("b", "utf-8", "it"), b"ab") == [MORE]


@pytest.mark.parametrize("pattern", ["(", "a{99999999999}", "(?P<1>x)", "[z-a]"])
def test_what_is_no_regular_expression_is_a_value_error(pattern: str) -> None:
    with pytest.raises(ValueError, match="is no regular expression: "):
        compile_pattern(pattern)


CHOICES = any_of([exactly(b"yes", "yes"), exactly(b"no", "no")], "one of several")


@pytest.mark.parametrize(
    ("received", "answer"),
    [
        (b"no", Answer("matched", 2)),
        (b"yes!", Answer("matched", 3)),
        (b"y", MORE),
        (b"yea", Answer("different", 2)),
        (b"nay", Answer("different", 1)),
    ],
)
def test_any_of_takes_the_first_that_matches_and_else_the_one_that_came_furthest(
    received: bytes, answer: Answer
) -> None:
    assert answers(CHOICES, received) == [answer]


def test_only_an_exact_expectation_is_known_byte_by_byte() -> None:
    assert exactly(b"x", "it").exact == b"x"
    assert CHOICES.exact is None
    assert CHOICES.said == "one of several"
