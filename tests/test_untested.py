"""What could not be tested is shown apart, has its own exit status, and costs nobody a point."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from servers import script

from pytest_netconform.reporting import UNTESTED

SUITE = """
suite: mine
title: mine
applies_to: tcp
checks:
  quick: {title: quick, steps: [{connect: alice}, {exchange: hello}]}
"""


@pytest.fixture
def good(pytester: pytest.Pytester) -> str:
    pytester.makefile(".netconform.yaml", mine=SUITE)
    return shlex.join([sys.executable, str(script(pytester.path / "srv.py"))])


def test_a_missing_tool_is_no_fault_of_the_target(
    pytester: pytest.Pytester, good: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(pytester.path))
    targets = [f"--target=good={good}", "--target=node=ref:node-net"]
    result = pytester.runpytest_subprocess(*targets, "mine.netconform.yaml")
    assert result.ret == UNTESTED
    result.stdout.fnmatch_lines(
        [
            "*= could not be tested =*",
            "node: 1 check: the reference server node-net needs the program 'node', which is*",
            "This costs no points. Mend it and run again.",
            "good  1 of 1 points · 1 passed*",
            "node  0 of 0 points*1 error",
        ]
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_and_ends_nothing(pytester: pytest.Pytester, good: str) -> None:
    words = [f"--target={good}", "--netconform-record=/dev/full", "mine.netconform.yaml"]
    result = pytester.runpytest_subprocess(*words)
    assert result.ret == UNTESTED
    result.stdout.fnmatch_lines(
        ["the record /dev/full is not whole: No space left on device", "srv  1 of 1 points · 1 passed"]
    )


def test_a_fault_of_the_tester_is_no_fault_of_the_target(pytester: pytest.Pytester, good: str) -> None:
    pytester.makeconftest(
        """
        from pytest_netconform.run import judge

        def play(*_, **__):
            raise OSError(24, "Too many open files")

        judge.play = play
        """
    )
    result = pytester.runpytest_subprocess(f"--target={good}", "mine.netconform.yaml")
    assert result.ret == UNTESTED
    result.stdout.fnmatch_lines(["srv: 1 check: the tester itself failed: OSError: *Too many open files*"])
    result.stdout.fnmatch_lines(["srv  0 of 0 points · 1 error"])
