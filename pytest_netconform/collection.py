"""Suites as test files, their checks as test items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from . import bundled
from .errors import SuiteError

if TYPE_CHECKING:
    from .run.items import Item
    from .run.judge import Judge
    from .run.result import Result
    from .session import Run

SUFFIXES = (".netconform.yaml", ".netconform.yml")
NO_TARGET = "no target: say which server to test, as in --target 'python mysrv.py'"


def is_suite(path: Path) -> bool:
    return path.name.endswith(SUFFIXES) or is_bundled(path)


def is_bundled(path: Path) -> bool:
    return path.suffix == ".yaml" and path.parent == bundled.suites_dir()


class CheckFailed(Exception):
    """The target does not conform; the result is on the report."""


class SuiteFile(pytest.File):
    """One suite: an item for each check and target."""

    is_netconform_suite = True
    run: Run

    def collect(self) -> Iterator[pytest.Item]:
        from .run.items import items_of
        from .suite.load import load

        shown = self._shown_path()
        try:
            suite = load(self.path, shown)
        except SuiteError as exc:
            raise self.CollectError(str(exc)) from None
        if wrong := self.run.wrong_param(suite):
            raise self.CollectError(wrong)
        for word, meaning in {
            **LEVELS,
            SCALE: "checks with very many clients",
            suite.name: f"checks of the suite {suite.name}",
        }.items():
            self.config.addinivalue_line("markers", f"{word}: {meaning}")
        chosen = self.run.is_chosen(self.path)
        targets = [name for name in self.run.judges if chosen or self.run.fits(name, suite)]
        for item in items_of(suite, shown, chosen):
            if not self.run.judges:
                self.run.untested += 1
                yield self._item(UntestedItem, item.slug)
            for target in targets:
                check = self._item(CheckItem, f"{item.slug}[{target}]")
                check.prepare(item, self.run.judges[target])
                yield check

    def _item(self, kind: Any, name: str) -> Any:
        return kind.from_parent(self, name=name, nodeid=f"{self.nodeid}::{name}")

    def _shown_path(self) -> str:
        if is_bundled(self.path):
            return f"suites/{self.path.name}"
        try:
            return str(self.path.relative_to(self.config.invocation_params.dir))
        except ValueError:
            return str(self.path)


LEVELS = {
    "must": "checks of an absolute requirement",
    "should": "checks of a recommendation",
    "may": "checks of an option",
}
SCALE = "scale"


class UntestedItem(pytest.Item):
    """A check without a target."""

    def runtest(self) -> None:
        pytest.skip(NO_TARGET)


class CheckItem(pytest.Item):
    """One check on one target."""

    item: Item
    judge: Judge
    netconform_result: Result | None = None

    def prepare(self, item: Item, judge: Judge) -> None:
        self.item, self.judge = item, judge
        self.add_marker(item.check.level)
        self.add_marker(item.suite.name)
        if item.check.scale:
            self.add_marker(SCALE)
        self.extra_keyword_matches.add(item.id)
        clause = item.check.clause
        self.user_properties += [
            ("target", judge.bench.target.name),
            ("level", item.check.level),
            ("tier", item.check.tier),
            ("points", item.check.points),
            ("clause", f"{clause.text} ({clause.see})" if clause else ""),
        ]

    @property
    def target(self) -> str:
        return self.judge.bench.target.name

    def runtest(self) -> None:
        result = self.netconform_result = self.judge.judge(self.item)
        self.user_properties += [("verdict", result.verdict), ("earned", result.earned)]
        if result.verdict == "skipped":
            pytest.skip(result.because)
        if result.verdict in ("failed", "error"):
            raise CheckFailed(result.check)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """What `--pdb` and a bare report show; the controller draws the full text from the result."""
        if isinstance(excinfo.value, CheckFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.item.check.line - 1, f"{self.item.id}[{self.target}]"


@dataclass(frozen=True)
class Crash:
    """Where and what, for pytest's short summary and `--tb=line`."""

    message: str
    path: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class FailureText:
    """A report's `longrepr`: lines that were drawn already."""

    def __init__(self, lines: list[str], crash: Crash) -> None:
        self.lines = lines
        self.reprcrash = crash

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def toterminal(self, tw: Any) -> None:
        for i, line in enumerate(self.lines):
            tw.line(line, red=i == 0, bold=i == 0)
