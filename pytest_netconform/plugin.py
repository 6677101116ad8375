"""pytest glue: from the command line to a run, and from results to reports.

Imports nothing heavy: an installed but unused plugin costs a pytest start a few milliseconds.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from . import bundled, options
from .errors import NetconformError, UsageError
from .fixtures import netconform_target_name, target, target_factory
from .session import RUN, WORKERINPUT, Run

if TYPE_CHECKING:
    from .run.result import Result

__all__ = ["netconform_target_name", "target", "target_factory"]


# ---------------------------------------------------------------- start


def pytest_addoption(parser: pytest.Parser) -> None:
    options.register(parser)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Iterator[None]:
    yield
    options.add_short_forms(parser, args)
    options.rewrite_arguments(parser, args, bundled.suites_dir())


def pytest_configure(config: pytest.Config) -> None:
    try:
        run = Run(config, options.read(config))
        run.choose_suites()
    except UsageError as exc:
        raise pytest.UsageError(f"netconform: {exc}") from None
    config.stash[RUN] = run
    config.pluginmanager.register(BrokenSuites(run), "netconform-broken-suites")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    run = session.config.stash[RUN]
    try:
        run.start()
        if run.targets and not hasattr(session.config, "workerinput"):
            from .reporting import Reporter

            session.config.pluginmanager.register(Reporter(run.settings), "netconform-reporter")
    except NetconformError as exc:
        raise pytest.UsageError(f"netconform: {exc}") from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker what the probe found, so that all collect the same."""
    node.workerinput[WORKERINPUT] = node.config.stash[RUN].for_worker()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Checks of targets with a hard-coded port cannot be shared out between workers."""
    fixed = config.stash[RUN].fixed_ports()
    if not fixed or config.getoption("dist", "no") != "load":
        return None
    from .scheduling import PortScheduling

    return PortScheduling(config, log, fixed)


def pytest_report_header(config: pytest.Config) -> list[str]:
    return config.stash[RUN].header()


# ---------------------------------------------------------------- collection


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix not in (".yaml", ".yml"):
        return None
    from .collection import SuiteFile, is_bundled, is_suite

    if not is_suite(file_path):
        return None
    nodeid = file_path.name if is_bundled(file_path) else None
    file: SuiteFile = SuiteFile.from_parent(parent, path=file_path, nodeid=nodeid)
    file.run = parent.config.stash[RUN]
    return file


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    report: Any = yield
    if report.failed and getattr(collector, "is_netconform_suite", False):
        report.netconform_broken_suite = True
    return report


class BrokenSuites:
    """Hears of suites with mistakes, from all workers: they are wrong usage."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.run.has_broken_suites |= hasattr(report, "netconform_broken_suite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Play one target after the other, so that few instances run at once."""
    names = list(config.stash[RUN].targets)
    if len(names) < 2:
        return
    from .collection import CheckItem

    places = [i for i, item in enumerate(items) if isinstance(item, CheckItem)]
    checks = [item for item in items if isinstance(item, CheckItem)]
    checks.sort(key=lambda item: names.index(item.target))
    for place, item in zip(places, checks, strict=True):
        items[place] = item


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that uses the fixture `target` runs once for each target."""
    names = list(metafunc.config.stash[RUN].targets)
    if names and "netconform_target_name" in metafunc.fixturenames:
        metafunc.parametrize("netconform_target_name", names, scope="session")


# ---------------------------------------------------------------- results and the end


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report: Any = yield
    result: Result | None = getattr(item, "netconform_result", None)
    if call.when == "call" and result is not None:
        report.netconform = result.as_dict()
        if result.verdict == "skipped":
            path, _, line = result.at.rpartition(":")
            report.longrepr = (path, int(line), f"Skipped: {result.because}")
        if result.verdict == "error":
            report.when = "setup"  # could not be tested: an error for every reader of reports
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    run = config.stash[RUN]
    if run.untested:
        from .collection import NO_TARGET

        terminalreporter.section("netconform")
        terminalreporter.line(f"{run.untested} checks were skipped; {NO_TARGET}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    run = session.config.stash[RUN]
    run.stop()
    if run.has_broken_suites:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
    if run.targets:
        _spare_the_import_of_hypothesis(session.config)


def _spare_the_import_of_hypothesis(config: pytest.Config) -> None:
    """Hypothesis' own plugin imports all of hypothesis for the summary, half a second, although it can
    have nothing to say where nothing in this process, and no xdist worker, has used it."""
    if "hypothesis" not in sys.modules and not config.getoption("numprocesses", None):
        config.pluginmanager.unregister(name="hypothesispytest")


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is not None:
        run.stop()
