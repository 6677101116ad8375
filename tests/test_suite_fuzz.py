"""Whatever is in the file: it loads, or it is refused with places; it never ends in a traceback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from suite_texts import HEAD, written

from pytest_netconform import bundled
from pytest_netconform.errors import SuiteError
from pytest_netconform.suite.lint import lint
from pytest_netconform.suite.load import load
from pytest_netconform.suite.model import Suite
from pytest_netconform.suite.steps import VERBS

SCRAPS = (
    "alice bob crowd 5 -1 1e999 null true [] {} [5] {hex:c4} {crowd:0} '${x}' '${' &a *a <<: !x | '' - : "
    "send receive repeat do when with from at server title steps checks params for_each encoding undefined "
    "given text bytes number cuts texts min max examples"
)

fuzz = settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BUNDLED = sorted(bundled.suites_dir().glob("*.yaml"))
LINES = [path.read_text(encoding="utf-8").splitlines(keepends=True) for path in BUNDLED]
WORDS = st.sampled_from(SCRAPS.split(" "))


def load_or_refuse(path: Path) -> None:
    lint(path)
    try:
        assert isinstance(load(path), Suite)
    except SuiteError as exc:
        problems = exc.problems
    else:
        return
    last = len(re.split(rb"\r\n|\r|\n|\xc2\x85|\xe2\x80[\xa8\xa9]", path.read_bytes()))
    assert problems
    assert all(0 < problem.line <= last and problem.text for problem in problems)


@st.composite
def mutated_suites(draw: st.DrawFn) -> str:
    """A bundled suite in which lines were dropped, doubled or moved, and words replaced."""
    lines = list(draw(st.sampled_from(LINES)))
    for _ in range(draw(st.integers(1, 4))):
        i = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "double", "indent", "value", "word"])):
            case "drop":
                lines[i] = ""
            case "double":
                lines[i] *= 2
            case "indent":
                lines[i] = " " * draw(st.integers(0, 9)) + lines[i].lstrip(" ")
            case "value":
                lines[i] = lines[i].partition(": ")[0].rstrip("\n") + f": {draw(WORDS)}\n"
            case "word":
                words = re.split(r"(\w+)", lines[i])
                words[draw(st.integers(0, len(words) - 1))] = draw(WORDS)
                lines[i] = "".join(words)
    return "".join(lines)


@fuzz
@given(mutated_suites())
def test_a_mutated_suite_loads_or_is_refused(tmp_path: Path, text: str) -> None:
    load_or_refuse(written(tmp_path, text))


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5)
KEYS = st.sampled_from([*VERBS, "from", "at", "with", "cut", "text", "hex", "do", "times", "any_of", "el se"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
PLACES = [
    "{title: T, steps: %s}",
    "{title: T, steps: [connect: alice, %s]}",
    "{title: T, hint: %s, steps: [connect: alice]}",
    "{title: T, for_each: {n: %s}, steps: [connect: alice]}",
    "{title: T, given: {n: %s}, steps: [connect: alice, {send: '${n}', cut: '${n}'}]}",
    "{title: %s, needs: %s, steps: [connect: alice, {send: %s}, {receive: %s}, {server: %s}]}",
]


def as_flow(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(as_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {as_flow(child)}' for key, child in value.items())}}}"
    return {None: "null", True: "true", False: "false"}.get(value, str(value))  # type: ignore[call-overload]


@fuzz
@given(st.sampled_from(PLACES), VALUES)
def test_any_value_at_any_place_loads_or_is_refused(tmp_path: Path, place: str, value: object) -> None:
    load_or_refuse(written(tmp_path, f"{HEAD}checks:\n  one: {place.replace('%s', as_flow(value))}\n"))


@fuzz
@given(st.binary(max_size=60) | st.text("abc:-[]{}\"'&*!#|>%@` \n\t,?", max_size=60).map(str.encode))
def test_any_bytes_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(SuiteError):
        load(written(tmp_path, data))
