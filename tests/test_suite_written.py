"""A check with its values put in is YAML that loads, and means the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from suite_texts import suite_with_step, written

from pytest_netconform.suite import matching
from pytest_netconform.suite.evaluate import Scope, data
from pytest_netconform.suite.load import load
from pytest_netconform.suite.model import Check
from pytest_netconform.suite.written import as_yaml

GIVEN = "given: {t: {text: {}}, b: {bytes: {}}, n: {number: {}}, c: {cuts: t}}"
ALWAYS: dict[str, Any] = {"client": "alice", "i": 0, "greeting": "hello"}


def property_check(folder: Path, *steps: str, lines: str = GIVEN) -> Check:
    text = suite_with_step(*steps).replace("    steps:", f"    {lines}\n    steps:")
    return load(written(folder, text)).checks["one"]


def pasted(folder: Path, text: str) -> Check:
    """The printed check, in a suite with the same parameters."""
    return load(written(folder, suite_with_step("exchange: hello") + text)).checks["one-smallest"]


def test_what_is_printed(tmp_path: Path) -> None:
    check = property_check(
        tmp_path,
        "{send: '${t}', from: alice, cut: '${c}'}",
        "{exchange: {join: ['${b}', 'x${t}${greeting}']}, with: alice, when: prints}",
        "connect: {crowd: '${n}'}",
        "{exchange: '${n}', with: crowd}",
        "{send: abcdef, from: alice, cut: '${n}'}",
        "server: alive",
        lines=f"needs: prints\n    deadline: 2s\n    {GIVEN}",
    )
    values = {"t": '你 ${x}\n\u3000\x7f"', "b": b"\x00\xff", "n": 4, "c": (1, 3)}
    text = as_yaml(check, values)
    assert text == (
        "  one-smallest:\n"
        '    title: {en: "It works", zh: "正常"}\n'
        "    needs: [prints]\n"
        '    deadline: "2s"\n'
        "    steps:\n"
        "      - connect: alice\n"
        r'      - {send: "你 $${x}\x0a\u3000\x7f\"", from: alice, cut: [1, 3]}' + "\n"
        r'      - {exchange: {join: [{hex: "00 ff"}, "x你 $${x}\x0a\u3000\x7f\"${greeting}"]}, '
        "when: prints, with: alice}\n"
        "      - connect: {crowd: 4}\n"
        '      - {exchange: "4", with: crowd}\n'
        "      - {send: abcdef, from: alice, cut: [4]}\n"
        "      - server: alive\n"
    )
    assert pasted(tmp_path, text).given == {}


def test_data_that_is_not_cut_has_no_cut(tmp_path: Path) -> None:
    check = property_check(tmp_path, "{send: '${t}', cut: '${c}'}", "receive: '${b}'", "receive: '${n}'")
    text = as_yaml(check, {"t": "x", "b": b"", "n": 1, "c": ()})
    assert '      - send: x\n      - receive: {hex: ""}\n      - receive: "1"\n' in text
    pasted(tmp_path, text)


@pytest.mark.parametrize(
    "text", ["null", "true", "1e3", "0o17", "- a", "a: b", "#", "&a", "*a", "x: {", "", " "]
)
def test_text_stays_text(text: str, tmp_path: Path) -> None:
    check = property_check(tmp_path, "{send: '${t}'}", lines="given: {t: {text: {}}}")
    (_, step) = pasted(tmp_path, as_yaml(check, {"t": text})).steps
    assert step.send == text


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(t=st.text(), b=st.binary())
def test_whatever_the_values_the_same_bytes_are_sent(tmp_path: Path, t: str, b: bytes) -> None:
    step = "{send: {join: ['${t}', '${b}', 'a${t}${greeting}$${c}', {text: '${t}', encoding: utf-16}]}}"
    check = property_check(tmp_path, step)
    values = {"t": t, "b": b, "n": 1, "c": ()}
    again = pasted(tmp_path, as_yaml(check, values))

    def sent(one: Check, more: dict[str, Any]) -> bytes:
        scope = Scope(ALWAYS | more, "utf-8", tmp_path, "x", lambda sent: matching.exactly(sent, ""))
        return data(one.steps[1].send, scope)

    assert sent(again, {}) == sent(check, values)
