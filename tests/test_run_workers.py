"""Runs shared out to workers: each has its own instances, and nothing of a lost one lives on."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import script

from pytest_netconform.deadline import Deadline, poll

SUITE = """
suite: mine
title: mine
applies_to: tcp
checks:
  one: {title: one, steps: [{connect: alice}, {exchange: hello}]}
  two: {title: two, steps: [{connect: alice}, {exchange: hello}]}
  three: {title: three, steps: [{connect: alice}, {exchange: hello}]}
  four: {title: four, steps: [{connect: alice}, {exchange: hello}]}
"""
ENDLESS = """
  endless-one: {title: one, deadline: 10min, steps: [{connect: alice}, {send: wait}, {receive: never}]}
  endless-two: {title: two, deadline: 10min, steps: [{connect: alice}, {send: wait}, {receive: never}]}
"""
CRASH = """
import os, signal
def pytest_runtest_call(item):
    if item.name.startswith("three"):
        os.kill(os.getpid(), signal.SIGKILL)
"""
ENOUGH = 60.0
QUICKLY = 10.0
"""Two seconds on a quiet machine."""


def command_of(tmp_path: Path, *words: str, body: str = "conn.sendall(data)") -> list[str]:
    server = script(tmp_path / "srv.py", body)
    target = shlex.join([sys.executable, str(server)])
    return [sys.executable, "-m", "pytest", "-n", "2", "--target", target, *words, "mine.netconform.yaml"]


def servers(tmp_path: Path) -> list[int]:
    """The servers of this test that live, wherever they run."""
    pids = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [pid for pid in pids if _runs(pid, tmp_path)]


def _runs(pid: int, tmp_path: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(tmp_path / "srv.py") in words


def test_a_worker_that_crashes_is_replaced_and_its_server_is_gone(tmp_path: Path) -> None:
    (tmp_path / "mine.netconform.yaml").write_text(SUITE, "utf-8")
    (tmp_path / "conftest.py").write_text(CRASH, "utf-8")
    ran = subprocess.run(
        command_of(tmp_path, "-v"), cwd=tmp_path, capture_output=True, text=True, timeout=ENOUGH, check=False
    )
    assert "3 passed" in ran.stdout, ran.stdout
    assert "crashed while running 'mine.netconform.yaml::three[srv]'" in ran.stdout
    poll(lambda: not servers(tmp_path), Deadline(ENOUGH), "the servers to end")


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run with two workers, in a check without end."""
    mark = tmp_path / "mark"
    (tmp_path / "mine.netconform.yaml").write_text(SUITE + ENDLESS, "utf-8")
    body = f"data == b'wait' and open({str(mark)!r}, 'w').close(); data == b'wait' or conn.sendall(data)"
    # Out of a box, so that the mark can be seen.
    command, pipe = command_of(tmp_path, "--sandbox=process", body=body), subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, stdout=pipe, text=True, start_new_session=True) as process:
        try:
            poll(mark.exists, Deadline(ENOUGH), "the endless check")
            yield process
        finally:
            process.kill()


def test_ctrl_c_ends_the_workers_and_still_sums_up(endless: subprocess.Popen[str], tmp_path: Path) -> None:
    began = time.monotonic()
    os.killpg(endless.pid, signal.SIGINT)  # as a terminal does it
    output, _ = endless.communicate(timeout=ENOUGH)
    assert time.monotonic() - began < QUICKLY
    assert re.search(r"^srv  \d of \d points · \d passed", output, re.MULTILINE)
    assert endless.returncode == pytest.ExitCode.INTERRUPTED
    assert not servers(tmp_path)
