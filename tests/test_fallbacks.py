"""Where the system has less to offer, a right server passes still. Forced here, on Linux."""

from __future__ import annotations

import pytest

from pytest_netconform.run.judge import Rules
from pytest_netconform.run.result import Result
from pytest_netconform.selftest.playing import play_all
from pytest_netconform.target import Target
from pytest_netconform.target import start as start_module
from pytest_netconform.target.procnet import ProcTable
from pytest_netconform.target.psutilnet import PsutilTable
from pytest_netconform.target.psutiltree import PsutilTree
from pytest_netconform.target.rungs import Rung
from pytest_netconform.target.sockdiag import NetlinkTable


def unmet(rung: Rung) -> list[tuple[str, str, str]]:
    """What the echo suite has against a server that is right, and what it could not test."""
    results = play_all(Target("server", "ref:threads", rung=rung), Rules("robust"), (), ("tcp-echo",))
    assert sum(result.verdict == "passed" for result in results) > 10
    return [(result.check, result.verdict, _why(result)) for result in results if _is_bad(result)]


def _is_bad(result: Result) -> bool:
    return not result.met or result.verdict == "error"


def _why(result: Result) -> str:
    return result.findings[0].text if result.findings else result.because


def test_without_netlink_in_a_box(each_box: Rung, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[ProcTable] = []

    def refuse(*_: object) -> None:
        raise PermissionError

    def noted(self: ProcTable, *arguments: object) -> None:
        opened.append(self)
        real(self, *arguments)  # type: ignore[arg-type]

    real = ProcTable.__init__
    monkeypatch.setattr(NetlinkTable, "_ask", refuse)
    monkeypatch.setattr(ProcTable, "__init__", noted)
    assert unmet(each_box) == []
    assert opened


@pytest.mark.parametrize("rung", ["process", "off"])
def test_with_psutil_alone(rung: Rung, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_module, "open_table", PsutilTable)
    monkeypatch.setattr(start_module, "open_tree", PsutilTree)
    assert unmet(rung) == []
