"""Where results arrive from all workers, and reports are drawn."""

from __future__ import annotations

from typing import Any

import pytest

from .collection import Crash, FailureText
from .options import Settings
from .report.failure import failure_lines, one_line
from .report.record import Record
from .report.summary import summary_lines, untested_lines
from .run.result import Result

UNTESTED = 8
"""The exit status of a run in which something could not be tested, whatever else it brought."""


class Reporter:
    """A plugin of the only process, or of xdist's controller."""

    def __init__(self, settings: Settings) -> None:
        self.lang = settings.lang
        self.results: list[Result] = []
        self._told: set[tuple[str, str]] = set()
        self.record = Record(settings.record) if settings.record is not None else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = getattr(report, "netconform", None)
        if data is None:
            return
        result = Result.from_dict(data)
        self.results.append(result)
        if self.record is not None:
            self.record.result(result)
        if result.verdict == "error":
            report.netconform_is_told = (result.target, result.because) in self._told  # type: ignore[attr-defined]
            self._told.add((result.target, result.because))
        if report.failed:
            crash = Crash(one_line(result), result.at)
            report.longrepr = FailureText(failure_lines(result, self.lang), crash)  # type: ignore[assignment]

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, Any] | None:
        data = getattr(report, "netconform", None)
        if data is not None and data["verdict"] == "warned":
            return "warned", "w", ("WARNED", {"yellow": True})
        if getattr(report, "netconform_is_told", False):
            return "", "E", ("ERROR", {"red": True})  # a server that does not start is explained once
        return None

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        warned = [result for result in self.results if result.verdict == "warned"]
        if warned:
            terminalreporter.section("checks that do not gate")
            for result in warned:
                for line in [*failure_lines(result, self.lang), ""]:
                    terminalreporter.line(line)
        if untested := self._untested():
            terminalreporter.section("could not be tested")
            for line in untested:
                terminalreporter.line(line)
        if self.results:
            terminalreporter.section("netconform")
            for line in summary_lines(self.results):
                terminalreporter.line(line)

    def _untested(self) -> list[str]:
        fault = self.record.fault if self.record is not None else ""
        return untested_lines(self.results, filter(None, [fault]))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and self._untested():
            session.exitstatus = UNTESTED

    def pytest_unconfigure(self) -> None:
        if self.record is not None:
            self.record.close()
