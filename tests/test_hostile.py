"""Whatever a target does, it is graded to the end, and nothing of it is left over."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from target_servers import PATIENCE, is_alive

from pytest_netconform.deadline import Deadline, poll
from pytest_netconform.errors import TargetError
from pytest_netconform.target import Target, stand
from pytest_netconform.target.box import Box


def test_a_server_that_has_ended_before_the_tester_looks_is_no_fault_of_the_box(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its guard is gone by then, and with it the names of its namespaces."""
    if (standing := stand("auto")).rung != "box":
        pytest.skip(f"no box here: {standing.why}")
    entered = Box.entered

    def late(box: Box, guard: int) -> None:
        poll(lambda: not is_alive(guard), Deadline(PATIENCE), "the guard to end")
        entered(box, guard)

    monkeypatch.setattr(Box, "entered", late)
    target = Target("server", f"{sys.executable} -c pass", cwd=tmp_path, rung="box")
    with pytest.raises(TargetError, match="ended with exit status 0 before it listened"):
        target.start()
