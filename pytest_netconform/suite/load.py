"""A suite's file -> its frozen model, or all of its mistakes at once, each with its place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from ..errors import Problem, SuiteError
from .meaning import check_meaning
from .messages import messages
from .model import Suite
from .source import Path_, Source, read
from .step import Step


def load(path: Path, shown: str | None = None) -> Suite:
    """Read, validate and check one suite.

    `shown` is how messages name the file (default: as given). Raises SuiteError with every problem.
    """
    return load_with_source(path, shown or str(path))[0]


def load_with_source(path: Path, shown: str) -> tuple[Suite, Source]:
    """As `load`, and the places of everything in the file."""
    source = read(path, shown)
    suite: Suite | None = None
    try:
        suite = Suite.model_validate(source.value)
    except ValidationError as exc:
        for place, text in messages(exc.errors(include_url=False), source):
            source.problem(place, text)
    else:
        _give_places(suite, source)
        suite.came_from(path)
        for where, text in check_meaning(suite):
            source.problem(source.place(where), text)
    if source.problems or suite is None:
        raise SuiteError(in_order(source.problems))
    return suite, source


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """As they stand in the file."""
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))


def _give_places(suite: Suite, source: Source) -> None:
    for slug, check in suite.checks.items():
        path: Path_ = ("checks", slug)
        check.name(f"{suite.name}/{slug}", source.place(path, key=True)[0])
        _place_steps(check.steps, (*path, "steps"), source)


def _place_steps(steps: Iterable[Step], path: Path_, source: Source) -> None:
    for i, step in enumerate(steps):
        step.place(source.place((*path, i))[0])
        _place_steps(step.inner(), (*path, i, "do"), source)
