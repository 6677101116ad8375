"""What a suite may say and its author hardly means."""

from __future__ import annotations

from pathlib import Path

import pytest
from suite_texts import CHECK_LINE, SHOWN, STEP_LINE, cases, suite_with_check, suite_with_step, written

from pytest_netconform import bundled
from pytest_netconform.suite.lint import lint

USED = "exchange: '${greeting}'"


def found_in(folder: Path, text: str) -> list[str]:
    return [f"{one.line}:{one.column}: {one.text}" for one in lint(written(folder, text), SHOWN)]


@pytest.mark.parametrize("path", sorted(bundled.suites_dir().glob("*.yaml")), ids=lambda path: path.stem)
def test_there_is_nothing_to_complain_about_in_the_bundled_suites(path: Path) -> None:
    assert lint(path) == []


def test_what_the_loader_finds_is_all_that_is_told(tmp_path: Path) -> None:
    text = suite_with_step("sned: x").replace(", zh: 小套件", "")
    assert found_in(tmp_path, text) == [f"{STEP_LINE}:9: no verb here: 'sned'; did you mean 'send'?"]


def test_an_empty_datagram_is_something(tmp_path: Path) -> None:
    """Where a stream has brought nothing, every expectation of nothing is met; a datagram must come."""

    def udp(step: str) -> list[str]:
        text = suite_with_step(USED, step).replace("applies_to: tcp", "applies_to: udp")
        return found_in(tmp_path, text)

    assert udp('exchange: ""') == udp("receive: {length: 0}") == []
    assert udp("receive: {in_any_order: [a, b]}") == []
    told = "this accepts everything, even nothing at all"
    assert udp('receive: {matches: "(?s).*"}') == [f"{STEP_LINE + 1}:18: {told}"]
    (nested,) = udp('receive: {in_any_order: [a, {contains: ""}]}')
    assert nested.endswith(told)


STEPS = """
    receive: {contains: ""}
        18: this accepts everything, even nothing at all

    receive: {matches: ".*"}
        18: this accepts everything, even nothing at all

    receive: {matches: "(a|b)*"}
        18: this accepts everything, even nothing at all

    receive: {length: 0}
        18: this accepts everything, even nothing at all

    receive: {any_of: [x, {length: 0}]}
        18: this accepts everything, even nothing at all

    receive: ""
        18: this accepts everything, even nothing at all

    receive: {reply_to: {join: []}}
        18: this accepts everything, even nothing at all

    exchange: {random: 0}
        19: this accepts everything, even nothing at all

    unblocks: {by: alice, at: alice, reply_to: ""}
        52: this accepts everything, even nothing at all

    log: {contains: ""}
        25: this accepts everything, even nothing at all

    {repeat: 2, do: [{receive: ""}]}
        36: this accepts everything, even nothing at all

    send: {text: 你, encoding: ascii}
        15: '你' cannot be written in ascii

    send: {random: 999MiB}
        15: 1047527424 bytes are more than one step may send or receive, 268435456

    receive: {file: gone.bin}
        18: 'gone.bin' cannot be read: No such file or directory
"""


@pytest.mark.parametrize(("steps", "problem"), cases(STEPS))
def test_a_step_that_proves_nothing_is_told(steps: list[str], problem: str, tmp_path: Path) -> None:
    assert found_in(tmp_path, suite_with_step(*steps, USED)) == [f"{STEP_LINE}:{problem}"]


@pytest.mark.parametrize(
    "step",
    [
        'receive: {matches: ".+"}',
        "receive: {any_of: [a, b]}",
        "receive: {length: 1}",
        "log: {contains: '${client}'}",
        "receive: {contains: '${i}'}",
    ],
)
def test_a_matcher_that_asks_for_something_is_fine(step: str, tmp_path: Path) -> None:
    assert found_in(tmp_path, suite_with_step(step, USED)) == []


@pytest.mark.parametrize(
    "steps", ["close: alice", "{send: '${greeting}'}", "{repeat: 2, do: [{server: pause}, {server: resume}]}"]
)
def test_a_check_in_which_nothing_can_fail_is_told(steps: str, tmp_path: Path) -> None:
    text = suite_with_step(steps).replace("params: {greeting: hello}\n", "")
    text = text.replace("${greeting}", "hello")
    problem = "no step says what must happen: add one such as receive, ended or newcomer"
    assert found_in(tmp_path, text)[:1] == [f"{STEP_LINE - 2}:7: {problem}"]


@pytest.mark.parametrize(
    "expectation", ["server: alive", "newcomer: exchanges", "{ended: alice}", "log: {contains: x}"]
)
def test_any_expectation_is_enough(expectation: str, tmp_path: Path) -> None:
    text = suite_with_step("half_close: alice", expectation).replace("params: {greeting: hello}\n", "")
    assert found_in(tmp_path, text) == []


def test_a_client_that_does_nothing_is_told(tmp_path: Path) -> None:
    text = suite_with_step("connect: [bob, carol]", "{exchange: '${greeting}', with: [alice, carol]}")
    assert found_in(tmp_path, text) == [f"{STEP_LINE}:18: 'bob' connects and does nothing"]


def test_the_only_client_need_not_be_named(tmp_path: Path) -> None:
    assert found_in(tmp_path, suite_with_step(USED)) == []


def test_a_parameter_that_no_step_uses_is_told(tmp_path: Path) -> None:
    text = suite_with_step("exchange: hello")
    assert found_in(tmp_path, text) == ["4:20: no step uses ${greeting}"]


def test_encoding_and_reply_are_used_by_the_engine(tmp_path: Path) -> None:
    text = suite_with_step(USED).replace("{greeting:", "{encoding: gbk, reply: null, greeting:")
    assert found_in(tmp_path, text) == []


def test_a_parameter_that_is_null_until_the_command_line_gives_it_is_fine(tmp_path: Path) -> None:
    assert found_in(tmp_path, suite_with_step(USED).replace("greeting: hello", "greeting: null")) == []


def test_text_that_the_suites_encoding_lacks_is_told(tmp_path: Path) -> None:
    text = suite_with_step(USED, "send: 😀").replace("{greeting:", "{encoding: gbk, greeting:")
    assert found_in(tmp_path, text) == [f"{STEP_LINE + 1}:15: '😀' cannot be written in gbk"]


CHECKS = """
    for_each: {n: [1, 2]}
        19: no step uses ${n}: each item plays the same

    hint: {en: Try again}
        11: this hint has no Chinese: add zh

    hint: [{en: A, zh: 甲}, {en: B}]
        28: this hint has no Chinese: add zh
"""


@pytest.mark.parametrize(("lines", "problem"), cases(CHECKS))
def test_a_check_that_is_not_complete_is_told(lines: list[str], problem: str, tmp_path: Path) -> None:
    assert found_in(tmp_path, suite_with_check(*lines)) == [f"{CHECK_LINE}:{problem}"]


def test_a_value_of_for_each_may_be_used_deep_inside(tmp_path: Path) -> None:
    text = suite_with_check("for_each: {n: [1]}", step="{repeat: 2, do: [{exchange: {join: ['${n}']}}]}")
    assert found_in(tmp_path, text) == []


def test_titles_and_clauses_that_are_missing_are_told(tmp_path: Path) -> None:
    text = suite_with_check().replace(", zh: 小套件", "").replace("{en: It works, zh: 正常}", "It works")
    text = text.replace("    clause: {text: It works, see: the assignment}\n", "")
    clause = "no clause: add the sentence that this check holds the server to, and where it stands"
    assert found_in(tmp_path, text) == [
        "2:8: this title has no Chinese: write {en: ..., zh: ...}",
        f"6:5: {clause}",
        "6:12: this title has no Chinese: write {en: ..., zh: ...}",
    ]


def test_generated_values_and_texts_without_a_use_are_told(tmp_path: Path) -> None:
    text = suite_with_check("given: {n: {number: {}}, m: {text: {}}}", step="exchange: '${m}'")
    text = text.replace("tcp\n", "tcp\ntexts: {hello: 你}\n")
    assert found_in(tmp_path, text) == [
        "4:16: no step uses ${hello}",
        f"{CHECK_LINE + 1}:16: no step uses ${{n}}",
    ]


def test_data_that_is_only_cut_is_used(tmp_path: Path) -> None:
    text = suite_with_check(
        "given: {d: {bytes: {}}, c: {cuts: d}}",
        step="{exchange: x, with: alice}\n      - {send: x, cut: '${c}'}",
    )
    assert found_in(tmp_path, text) == []


def test_texts_that_no_encoding_has_together_are_told(tmp_path: Path) -> None:
    text = suite_with_check(step="exchange: '${a}${b}'")
    text = text.replace("tcp\n", "tcp\ntexts: {a: {gbk: 你}, b: {big5: 你}}\n")
    problem = "the texts that this check uses exist together in no encoding: it is never played"
    assert found_in(tmp_path, text) == [f"{CHECK_LINE - 1}:5: {problem}"]
