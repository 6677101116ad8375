"""The outcomes of a selftest as text: who fails what, and how often each check catches something. Pure."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Sequence

from ..payload import fit, pad
from .playing import Outcome

NAME = 44
LETTERS = string.ascii_lowercase + string.ascii_uppercase
FAILED, PASSED, NOT_PLAYED = "x", ".", " "


def report(outcomes: Sequence[Outcome], checks: Sequence[str], complete: bool = True) -> Iterator[str]:
    """Lines of mostly 80 columns. `checks` are all ids in their order, without parameters; `complete`
    tells that every server was played, so that a check which none of them fails proves nothing."""
    played = sorted((one for one in outcomes if not one.unavailable), key=lambda one: one.row.id)
    by_suite: dict[str, list[str]] = {}
    for check in checks:
        by_suite.setdefault(check.partition("/")[0], []).append(check)
    for suite, ids in by_suite.items():
        if complete or any(
            one.check.startswith(f"{suite}/") for outcome in played for one in outcome.results
        ):
            yield from _of_suite(suite, ids, played)
    yield from _ending(outcomes, played)
    if complete:
        yield f"checks that no faulty server fails: {', '.join(unproven(played, checks)) or 'none'}"


def _of_suite(suite: str, ids: list[str], played: list[Outcome]) -> Iterator[str]:
    letters = dict(zip(ids, LETTERS, strict=False))
    yield f"{pad(suite, NAME)}  {' '.join(letters.values())}"
    for outcome in played:
        cells = [_cell(outcome, check) for check in ids]
        if FAILED in cells:
            yield f"{pad(fit(outcome.row.id, NAME), NAME)}  {' '.join(cells)}".rstrip()
    for check, letter in letters.items():
        yield f"  {letter} {pad(fit(check, NAME), NAME)} {_rate(check, played)}"
    yield ""


def _cell(outcome: Outcome, check: str) -> str:
    verdicts = {one.verdict for one in outcome.results if _id(one.check) == check}
    if outcome.failed & {one.check for one in outcome.results if _id(one.check) == check}:
        return FAILED
    return PASSED if "passed" in verdicts else NOT_PLAYED


def _id(check: str) -> str:
    return check.partition("[")[0]


def _rate(check: str, played: list[Outcome]) -> str:
    """`killed 12 of 60` faulty servers that played it, and how many right ones passed it."""
    cells = [(one.row.is_right, _cell(one, check)) for one in played]
    right = [cell for is_right, cell in cells if is_right and cell != NOT_PLAYED]
    faulty = [cell for is_right, cell in cells if not is_right and cell != NOT_PLAYED]
    return f"kills {faulty.count(FAILED)} of {len(faulty)}, passed by {right.count(PASSED)} of {len(right)}"


def unproven(outcomes: Iterable[Outcome], checks: Iterable[str]) -> list[str]:
    """The checks that no faulty server fails: they prove nothing."""
    killed = {_id(check) for one in outcomes if not one.row.is_right for check in one.failed}
    return [check for check in checks if check not in killed]


def _ending(outcomes: Sequence[Outcome], played: list[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        if outcome.unavailable:
            yield f"not played: {outcome.row.id}: {outcome.unavailable}"
    harmless = [one.row.id for one in played if not one.row.is_right and not one.failed]
    problems = [problem for one in played for problem in one.problems()]
    yield f"faulty servers that no check fails: {', '.join(harmless) or 'none'}"
    yield f"not as expected: {len(problems) or 'nothing'}"
    yield from (f"  {problem}" for problem in problems)
