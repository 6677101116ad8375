"""The end of a run: one line for each target. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..payload import pad, width, wrap
from ..run.result import VERDICTS, Result, Verdict
from .failure import COLUMNS


def summary_lines(results: Iterable[Result]) -> list[str]:
    """`mysrv  41 of 58 points · 52 passed · 3 failed · ...`, in columns when there are several."""
    by_target: dict[str, list[Result]] = {}
    for result in results:
        by_target.setdefault(result.target, []).append(result)
    found_verdicts = {result.verdict for found in by_target.values() for result in found}
    shown = [verdict for verdict in VERDICTS if verdict in found_verdicts]
    rows = [[target, *_cells(found, shown)] for target, found in by_target.items()]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return [_line([pad(cell, columns) for cell, columns in zip(row, widths, strict=True)]) for row in rows]


def untested_lines(results: Iterable[Result], faults: Iterable[str] = ()) -> list[str]:
    """What could not be tested, by the reason; empty where all could. It is no fault of any target."""
    reasons = Counter((result.target, result.because) for result in results if result.is_untested)
    lines = [f"{target}: {_checks(count)}: {because}" for (target, because), count in reasons.items()]
    lines += faults
    lines += ["This costs no points. Mend it and run again."] if lines else []
    return [part for line in lines for part in wrap(line, COLUMNS)]


def _checks(count: int) -> str:
    return "1 check" if count == 1 else f"{count} checks"


def _cells(results: list[Result], shown: list[Verdict]) -> list[str]:
    earned = sum(result.earned for result in results if result.counts)
    total = sum(result.points for result in results if result.counts)
    counts = Counter(result.verdict for result in results)
    return [f"{earned} of {total} points", *(f"{counts[verdict]} {verdict}" for verdict in shown)]


def _line(cells: list[str]) -> str:
    return f"{cells[0]}  {' · '.join(cells[1:])}".rstrip()
