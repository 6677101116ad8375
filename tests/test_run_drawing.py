"""Which values are drawn."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import find, settings
from pydantic import TypeAdapter

from pytest_netconform.run.drawing import LONGEST_PIECE, MOST_CUTS, STRATEGIES, Values, _groups, values
from pytest_netconform.run.stage import NotApplicable
from pytest_netconform.suite.generators import GENERATORS, AnyGenerator, Generator

form: TypeAdapter[Any] = TypeAdapter(AnyGenerator)
quiet = settings(database=None, max_examples=2000)
ENCODINGS = ("gbk", "gb18030", "big5", "shift_jis", "euc-kr", "utf-8")


def given(**written: dict[str, Any]) -> dict[str, Generator]:
    return {name: form.validate_python(value) for name, value in written.items()}


def smallest(made: dict[str, Generator], wanted: Any = lambda _: True, encoding: str = "gbk") -> Values:
    return find(values(made, encoding), wanted, settings=quiet)


def test_each_generator_has_a_strategy() -> None:
    assert set(STRATEGIES) == set(GENERATORS.values())


def test_the_simplest_values_come_first() -> None:
    made = given(t={"text": {}}, b={"bytes": {"min": 0}}, n={"number": {"min": "1KiB", "max": "2KiB"}})
    assert smallest(made) == {"t": "a", "b": b"", "n": 1024}


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        ({"text": {"min": 3, "max": 7}}, lambda value: len(value) == 7),
        ({"bytes": {"min": 3, "max": 7}}, lambda value: len(value) == 7),
        ({"bytes": {"min": 1, "max": 1}}, lambda value: value == b"\xff"),
        ({"number": {"min": 3, "max": 7}}, lambda value: value == 7),
        ({"text": {"min": 40, "max": 40}}, lambda value: len(value) == 40),
    ],
)
def test_the_bounds_are_reached(made: dict[str, Any], wanted: Any) -> None:
    assert wanted(smallest(given(x=made), lambda drawn: wanted(drawn["x"]))["x"])


def test_cuts_lie_inside_of_their_data_wherever_they_are_named() -> None:
    made = given(c={"cuts": "t"}, t={"text": {"min": 1, "max": 5}})
    seen: list[Values] = []
    smallest(made, lambda drawn: bool(seen.append(drawn)) or len(drawn["c"]) == 3, "utf-8")
    for drawn in seen:
        places = (0, *drawn["c"], len(drawn["t"].encode()))
        assert list(places) == sorted(set(places))
        assert len(drawn["c"]) <= MOST_CUTS
        assert all(right - left <= LONGEST_PIECE for left, right in pairwise(places[:-1]))
    assert list(seen[0]) == ["c", "t"]


def test_a_failing_cut_gets_as_small_as_its_data() -> None:
    """One byte before the cut, one after it."""
    made = given(t={"text": {"max": 60}}, c={"cuts": "t"})
    assert smallest(made, lambda drawn: bool(drawn["c"]), "ascii") == {"t": "aa", "c": (1,)}


# ---------------------------------------------------------------- characters


def drawn_from(encoding: str, characters: str = "") -> str:
    return "".join(_groups(characters or encoding, codecs.lookup(encoding).name))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_characters_exist_in_the_encoding_and_print(encoding: str) -> None:
    pool = drawn_from(encoding)
    assert len(pool) > 2000
    assert pool.encode(encoding).decode(encoding) == pool
    assert pool.isprintable()
    assert "\u3000" not in pool


@pytest.mark.parametrize("encoding", ["gbk", "gb18030"])
def test_codes_on_which_implementations_of_gbk_disagree_are_left_out(encoding: str) -> None:
    codes = {char.encode(encoding) for char in drawn_from(encoding)}
    disputed = ["80", "ff", "a2e3", "a1a4", "a1aa", "a6d9", "a8bf", "a8bc", "fe50", "fea0", "84318236"]
    assert codes & {bytes.fromhex(code) for code in disputed} == set()
    assert {bytes.fromhex(code) for code in ("d55c", "967c", "e946", "c4e3")} <= codes  # 誠 東 镕 你


def test_what_some_tables_of_shift_jis_take_for_yen_is_left_out() -> None:
    assert not set("\\~¥‾") & set(drawn_from("shift_jis"))
    assert set("\\~") <= set(drawn_from("gbk"))


@pytest.mark.parametrize(
    ("encoding", "kinds"),
    [
        ("gbk", [(1, False), (2, False), (2, True)]),
        ("gb18030", [(1, False), (2, False), (2, True), (4, True)]),
        ("utf-8", [(1, False), (2, False), (3, False), (4, False)]),
    ],
)
def test_each_kind_of_character_is_drawn_as_often(encoding: str, kinds: list[tuple[int, bool]]) -> None:
    def kind(char: str) -> tuple[int, bool]:
        code = char.encode(encoding)
        return len(code), any(byte < 0x80 for byte in code[1:])

    groups = _groups(encoding, codecs.lookup(encoding).name)
    assert [set(map(kind, group)) for group in groups] == [{one} for one in kinds]


@pytest.mark.parametrize(
    ("encoding", "characters", "pool"),
    [
        ("gbk", "你b a😀", "ab 你"),
        ("utf-8", "你b a😀", "ab 你😀"),
        ("big5", "ascii", "abc"),
        ("ascii", "gbk", "abc"),
    ],
)
def test_characters_are_those_of_both(encoding: str, characters: str, pool: Iterable[str]) -> None:
    assert drawn_from(encoding, characters).startswith("".join(pool))


def test_characters_that_the_encoding_lacks_are_no_fault_of_the_target() -> None:
    with pytest.raises(NotApplicable, match="gbk has none of the characters '😀'"):
        values(given(t={"text": {"characters": "😀"}}), "gbk")
