"""Which of a check's hints fits what really happened."""

from __future__ import annotations

from ..suite.model import Check, Condition
from .play import Played
from .result import Finding


def choose_hint(check: Check, played: Played) -> dict[str, str | None] | None:
    """The first hint whose condition agrees with what happened."""
    for hint in check.hints:
        if hint.if_ is None or _agrees(hint.if_, played.findings[0], played):
            return {"en": hint.en, "zh": hint.zh}
    return None


def _agrees(condition: Condition, finding: Finding, played: Played) -> bool:
    if condition.server == "died" and played.died is None:
        return False
    if condition.received is not None and condition.received != finding.got:
        return False
    if condition.ended is not None and condition.ended != finding.ended:
        return False
    if condition.deadline == "missed" and not finding.missed:
        return False
    if condition.looks_like and finding.looks_like not in condition.looks_like:
        return False
    return condition.log is None or condition.log in played.output
