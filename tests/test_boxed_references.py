"""Right servers of many languages do in a box what they do without."""

from __future__ import annotations

import pytest
from boxes import skip_without
from libraries import skip_without_libraries_of
from servers import skip_without_toolchain

from pytest_netconform import bundled
from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.run.judge import Rules
from pytest_netconform.selftest.playing import Outcome, play_all
from pytest_netconform.selftest.rows import Row, rows
from pytest_netconform.target import BOXED, Rung, Target

SUITES = ("tcp-echo", "udp-echo", "lifecycle", "isolation")
REFERENCES = [
    row
    for row in rows()
    if row.kind == "reference" and not row.args and not row.encoding and "socketio" not in row.server
]
"""Not those for Socket.IO: none of these suites is for them, and the selftest plays theirs in a box."""


def skip_if_not_here(row: Row) -> None:
    path = bundled.reference(row.server)
    skip_without_toolchain(path)
    if path.suffix == ".py":
        skip_without_libraries_of(path)


@pytest.mark.parametrize("row", REFERENCES, ids=lambda row: row.id)
def test_a_reference_passes_in_a_box(each_box: Rung, row: Row) -> None:
    skip_if_not_here(row)
    target = Target("server", row.command, rung=each_box)
    try:
        outcome = Outcome(row, play_all(target, Rules("robust"), row.profile, SUITES))
    except EnvironmentFault as exc:
        pytest.skip(str(exc))
    assert outcome.problems() == []
    assert sum(result.verdict == "passed" for result in outcome.results) > 5


@pytest.mark.parametrize("rung", [*BOXED, "process"])
def test_a_server_without_so_reuseaddr_is_found_out_in_a_box_too(rung: Rung) -> None:
    skip_without(rung)
    target = Target("server", "ref:faulty/no-reuseaddr", rung=rung)
    results = play_all(target, Rules("robust", 0.25), (), ("lifecycle",))
    assert "lifecycle/restarts-at-once" in {result.check for result in results if not result.met}
