"""However a run ends, nothing of it lives on, and what was recorded stays."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from boxes import skip_without
from servers import script

from pytest_netconform.deadline import Deadline, poll

SUITE = """
suite: mine
title: mine
applies_to: tcp
checks:
  quick:
    title: quick
    steps: [{connect: alice}, {exchange: hello}]
  endless:
    title: endless
    deadline: 10min
    steps: [{connect: alice}, {send: wait}, {receive: never}]
"""
PATIENCE = 60.0


@pytest.fixture(params=["box", "bubblewrap", "process"])
def running(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A pytest in the middle of a check that never ends, after one that has."""
    skip_without(request.param)
    (tmp_path / "mine.netconform.yaml").write_text(SUITE, encoding="utf-8")
    server = script(tmp_path / "srv.py", "data == b'wait' or conn.sendall(data)")
    target = shlex.join([sys.executable, str(server)])
    command = [sys.executable, "-m", "pytest", "--target", target, "mine.netconform.yaml"]
    command += ["--netconform-record=run.jsonl", f"--sandbox={request.param}"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            poll(lambda: recorded(tmp_path), Deadline(PATIENCE), "the endless check")
            yield process
        finally:
            process.kill()


def recorded(tmp_path: Path) -> list[str]:
    """The checks that are done. One after which another is to come is recorded before that begins."""
    record = tmp_path / "run.jsonl"
    lines = record.read_text("utf-8").splitlines() if record.exists() else []
    return [json.loads(line)["check"] for line in lines]


def below(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The guard, in a box its PID 1, and the server."""
    return psutil.Process(process.pid).children(recursive=True)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_when_pytest_is_ended_by(
    number: signal.Signals, running: subprocess.Popen[str], tmp_path: Path
) -> None:
    started = below(running)
    assert any(str(tmp_path / "srv.py") in process.cmdline() for process in started)
    running.send_signal(number)
    running.wait(PATIENCE)
    poll(lambda: not any(map(_lives, started)), Deadline(PATIENCE), "the servers to end")
    assert recorded(tmp_path) == ["mine/quick"]


def test_ctrl_c_still_sums_up(running: subprocess.Popen[str], tmp_path: Path) -> None:
    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=PATIENCE)
    assert "srv  1 of 1 points · 1 passed" in output
    assert running.returncode == pytest.ExitCode.INTERRUPTED


def test_no_run_waits_by_sleeping(tmp_path: Path) -> None:
    """In a passing run no sleep is longer than 5 ms: every wait is for an event."""
    longest = tmp_path / "longest"
    code = f"""
import sys, time, pytest
slept, real = [0.0], time.sleep
def sleep(seconds):
    slept.append(seconds)
    real(seconds)
time.sleep = sleep
status = pytest.main(["--target", "ref:threads", "-q", "-p", "no:cacheprovider"])
open({str(longest)!r}, "w").write(str(max(slept)))
sys.exit(status)
"""
    environment = {**os.environ, "PYTEST_ADDOPTS": ""}
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=False)
    assert ran.returncode == 0
    assert float(longest.read_text()) <= 0.005
