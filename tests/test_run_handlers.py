"""Every verb has its handler; what the bundled suites do not use is played here."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_run_judge import judged

from pytest_netconform.run.event_handlers import EVENT_HANDLERS
from pytest_netconform.run.handlers import HANDLERS
from pytest_netconform.selftest.playing import suites
from pytest_netconform.suite.event_steps import EVENT_VERBS
from pytest_netconform.suite.step import Step
from pytest_netconform.suite.steps import VERBS


def test_each_verb_has_a_handler() -> None:
    assert set(EVENT_HANDLERS) == set(VERBS.values())
    assert set(HANDLERS) == set(VERBS.values()) - set(EVENT_VERBS)


def verbs_of(steps: tuple[Step, ...]) -> set[str]:
    inner = {verb for step in steps for verb in verbs_of(step.inner())}
    return {step.verb for step in steps} | inner


def test_the_bundled_suites_use_every_verb() -> None:
    """So that the references and the faulty servers try each of them, both ways."""
    used = {verb for suite in suites() for check in suite.checks.values() for verb in verbs_of(check.steps)}
    assert used == set(VERBS)


def check(steps: str) -> str:
    return f"  one:\n    title: one\n    steps: {steps}\n"


@pytest.mark.parametrize(
    ("steps", "body", "found"),
    [
        (
            "[{connect: a}, {send: die}, {server: died}]",
            "data == b'die' and os._exit(0); conn.sendall(data)",
            "",
        ),
        (
            "[{connect: a}, {send: die}, {receive: die}, {server: died}]",
            "conn.sendall(data)",
            "the deadline passed",
        ),
        ("[{connect: a}, {send: abc}, {receive: {matches: '[a-c]+'}}]", "conn.sendall(data)", ""),
        ("[{connect: a}, {send: abc}, {receive: {matches: '[x-z]+'}}]", "conn.sendall(data)", "only a part"),
        ("[{connect: a}, {send: abc}, {receive: {length: 3}}]", "conn.sendall(data)", ""),
        ("[{connect: a}, {send: abc}, {receive: {length: 4}}]", "conn.sendall(data)", "only a part"),
        ("[{connect: a}, {send: abc}, {receive: {contains: c}}]", "conn.sendall(data)", ""),
        ("[{connect: a}, {send: abc}, {receive: {any_of: [x, abc]}}]", "conn.sendall(data)", ""),
        ("[{connect: a}, {send: abc}, {receive: {any_of: [x, y]}}]", "conn.sendall(data)", "something else"),
        (
            "[{connect: a}, {exchange: x}, {half_close: a}, {ended: a, by: reset}]",
            "conn.sendall(data)",
            "another way",
        ),
        ("[{connect: a}, {send: abcdef, cut: {every: 4}}, {receive: abcdef}]", "conn.sendall(data)", ""),
        ("[{connect: a}, {send: abcdef, cut: random}, {receive: abcdef}]", "conn.sendall(data)", ""),
        (
            "[{connect: a}, {send: '210'}, {repeat: 3, down: true, do: [{receive: '${i}'}]}]",
            "conn.sendall(data)",
            "",
        ),
        (
            "[{connect: a}, {send: abcdef, cut: [4]}, {receive: abcdef}]",
            "conn.sendall(data[:3])",
            "something else",
        ),
    ],
)
def test_a_step_finds_what_it_is_for(tmp_path: Path, steps: str, body: str, found: str) -> None:
    (result,) = judged(tmp_path, body, check(steps), patience=0.1)
    said = [finding.text for finding in result.findings]
    assert (not said) if not found else found in said[0]
