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


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A pytest in the middle of a check that never ends; the server says who it is."""
    pids, marks = tmp_path / "pids", tmp_path / "marks"
    body = (
        f"open({str(pids)!r}, 'a').write(str(os.getpid()) + ' '); "
        f"data == b'wait' and open({str(marks)!r}, 'w').close(); data == b'wait' or conn.sendall(data)"
    )
    (tmp_path / "mine.netconform.yaml").write_text(SUITE, encoding="utf-8")
    server = shlex.join([sys.executable, str(script(tmp_path / "srv.py", body))])
    command = [sys.executable, "-m", "pytest", "--target", server, "mine.netconform.yaml"]
    command.append("--netconform-record=run.jsonl")
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            poll(marks.exists, Deadline(PATIENCE), "the endless check")
            yield process
        finally:
            process.kill()


def left(tmp_path: Path) -> list[int]:
    """The servers that still live."""
    pids = {int(word) for word in (tmp_path / "pids").read_text().split()}
    return [pid for pid in pids if psutil.pid_exists(pid) and _lives(pid)]


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_when_pytest_is_ended_by(
    number: signal.Signals, running: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert left(tmp_path)
    running.send_signal(number)
    running.wait(PATIENCE)
    poll(lambda: not left(tmp_path), Deadline(PATIENCE), "the servers to end")
    recorded = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text("utf-8").splitlines()]
    assert [line["check"] for line in recorded] == ["mine/quick"]


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
