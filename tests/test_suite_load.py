"""A suite's file -> its model, or all of its mistakes at once."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from suite_texts import (
    SHOWN,
    STEP_LINE,
    problems_of,
    suite_with_check,
    suite_with_example,
    suite_with_step,
    written,
)

from pytest_netconform import bundled
from pytest_netconform.errors import SuiteError
from pytest_netconform.suite.load import load
from pytest_netconform.suite.steps import VERBS, Every, Repeat, Send

BUNDLED = sorted(bundled.suites_dir().glob("*.yaml"))

# ---------------------------------------------------------------- what is right


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_the_bundled_suites_load(path: Path) -> None:
    suite = load(path)
    assert suite.name == path.stem
    assert suite.path == path


@pytest.mark.parametrize("verb", VERBS)
def test_the_example_of_each_verb_loads(verb: str, tmp_path: Path) -> None:
    suite = load(written(tmp_path, suite_with_example(VERBS[verb])))
    assert suite.checks["one"].steps[-1].verb == verb


def test_checks_and_steps_know_their_names_and_lines(tmp_path: Path) -> None:
    text = suite_with_step("repeat: 2\n        do:\n          - connect: bob\n          - close: bob")
    check = load(written(tmp_path, text)).checks["one"]
    assert (check.id, check.slug) == ("small/one", "one")
    assert text.splitlines()[check.line - 1] == "  one:"
    repeat = check.steps[1]
    assert isinstance(repeat, Repeat)
    assert (repeat.line, [step.line for step in repeat.do]) == (STEP_LINE, [STEP_LINE + 2, STEP_LINE + 3])


def test_what_may_be_left_out_has_a_default(tmp_path: Path) -> None:
    text = "suite: s\ntitle: T\napplies_to: tcp\nchecks: {c: {title: U, steps: [connect: alice]}}"
    suite = load(written(tmp_path, text))
    check = suite.checks["c"]
    assert (check.level, check.tier, check.points, check.server) == ("must", "core", 1, "shared")
    assert (check.needs, check.requires, check.hints, check.clause) == ((), (), (), None)
    assert suite.title.in_language("zh") == suite.title.in_language("en") == "T"


def test_one_name_or_hint_stands_for_a_list_of_one(tmp_path: Path) -> None:
    text = suite_with_check("needs: prints", "covers: E1", "hint: {en: Do, zh: 做}")
    check = load(written(tmp_path, text)).checks["one"]
    assert (check.needs, check.covers, check.hints[0].zh) == (("prints",), ("E1",), "做")


@pytest.mark.parametrize(
    ("cut", "kind"), [("each-byte", str), ("random", str), ("[1, 3]", tuple), ("{every: 2}", Every)]
)
def test_a_cut_has_four_ways(cut: str, kind: type, tmp_path: Path) -> None:
    step = load(written(tmp_path, suite_with_step(f"{{send: hello, cut: {cut}}}"))).checks["one"].steps[1]
    assert isinstance(step, Send)
    assert isinstance(step.cut, kind)


def test_a_suite_may_require_a_check_for_all_the_others(tmp_path: Path) -> None:
    text = suite_with_check().replace("applies_to", "requires: one\napplies_to") + (
        "  two: {title: T, requires: three, steps: [connect: alice]}\n"
        "  three: {title: T, steps: [connect: alice]}\n"
    )
    suite = load(written(tmp_path, text))
    assert [suite.requirements(slug) for slug in suite.checks] == [(), ("one", "three"), ("one",)]


# ---------------------------------------------------------------- the whole


def test_all_mistakes_are_told_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = suite_with_step("sned: x", "{send: 5, from: alice}", "{close: alice, a: b}") + "colour: red\n"
    places = [problem.split(": ")[0] for problem in problems_of(tmp_path, text)]
    last = STEP_LINE + 3
    assert places == [f"{STEP_LINE}:9", f"{STEP_LINE + 1}:16", f"{STEP_LINE + 2}:24", f"{last}:1"]


def test_a_problem_is_shown_as_the_reader_needs_it(tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as caught:
        load(written(tmp_path, suite_with_step("{recieve: 你好, at: alice}")), SHOWN)
    assert str(caught.value).splitlines() == [
        f"a.yaml:{STEP_LINE}:9: no verb here: 'recieve'; did you mean 'receive'?",
        "          - {recieve: 你好, at: alice}",
        "            ^",
    ]


def test_a_suite_loads_in_a_few_times_what_its_yaml_takes(tmp_path: Path) -> None:
    one = suite_with_check(
        "points: 2",
        "level: should",
        "covers: [E1, E2]",
        "hint: {if: {received: nothing}, en: Answer at once., zh: 立即回复。}",
        step="{exchange: {random: 4KiB}, with: alice}\n      - {server: alive}\n      - half_close: alice",
    )
    head, _, check = one.partition("  one:")
    path = written(tmp_path, head + "".join(f"  check-{i}:{check}" for i in range(30)))
    assert len(load(path).checks) == 30
    assert path.read_bytes().count(b"\n") > 300
    gc.freeze()  # what other tests have left
    loads, reads = zip(*((_seconds(load, path), _seconds(_read_yaml, path)) for _ in range(40)), strict=True)
    gc.unfreeze()
    assert min(loads) < 5 * min(reads)


def _read_yaml(path: Path) -> None:
    """By the library alone: it says how fast this machine is now."""
    yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)


def _seconds(act: Callable[[Path], object], path: Path) -> float:
    """Of this process alone: what others do meanwhile does not count."""
    began = time.process_time()
    act(path)
    return time.process_time() - began
