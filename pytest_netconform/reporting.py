"""Where results arrive from all workers, and reports are drawn."""

from __future__ import annotations

from typing import Any

import pytest

from .collection import Crash, FailureText
from .options import Settings
from .report.failure import failure_lines, one_line
from .report.record import Record
from .report.summary import summary_lines
from .run.result import Result


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
        if self.results:
            terminalreporter.section("netconform")
            for line in summary_lines(self.results):
                terminalreporter.line(line)

    def pytest_unconfigure(self) -> None:
        if self.record is not None:
            self.record.close()
