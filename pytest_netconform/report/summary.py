"""The end of a run: one line for each target. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..payload import pad, width
from ..run.result import VERDICTS, Result


def summary_lines(results: Iterable[Result]) -> list[str]:
    """`mysrv  41 of 58 points · 52 passed · 3 failed · ...`, in columns when there are several."""
    by_target: dict[str, list[Result]] = {}
    for result in results:
        by_target.setdefault(result.target, []).append(result)
    rows = [(target, *_cells(found)) for target, found in by_target.items()]
    if not rows:
        return []
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    kept = [i for i in range(len(rows[0])) if widths[i]]
    return [_line([pad(row[i], widths[i]) for i in kept]) for row in rows]


def _cells(results: list[Result]) -> list[str]:
    earned = sum(result.earned for result in results if result.counts)
    total = sum(result.points for result in results if result.counts)
    counts = Counter(result.verdict for result in results)
    return [f"{earned} of {total} points"] + [
        f"{counts[verdict]} {verdict}" if counts[verdict] else "" for verdict in VERDICTS
    ]


def _line(cells: list[str]) -> str:
    return (cells[0] + "  " + " · ".join(cells[1:])).rstrip(" ·")
