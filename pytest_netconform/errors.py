"""Who is wrong: the suite's author, the command line, the environment, or the target.

The families never mix. A `TargetError` may cost the target points; none of the others ever does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Blame = Literal["suite", "usage", "environment", "target"]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'receive'?`, or nothing where no known word is close."""
    import difflib

    close = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean {close[0]!r}?" if close else ""


class NetconformError(Exception):
    """Base of every error that is told to a user: one clear sentence, never a traceback of ours."""

    blame: Blame = "environment"


class UsageError(NetconformError):
    """The command line or the configuration is wrong; pytest ends with exit status 4."""

    blame: Blame = "usage"


class NotTestable(NetconformError):
    """Something could not be tested: the verdict is error.

    `str(error)` is one sentence; `explanation` are further lines (cause, what to do, the output's
    tail), already made safe to print.
    """

    def __init__(self, sentence: str, explanation: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.explanation = explanation

    def __reduce__(self) -> tuple[type[NotTestable], tuple[str, tuple[str, ...]]]:
        return type(self), (str(self), self.explanation)


class EnvironmentFault(NotTestable):
    """The machine or the tester itself is at fault, which costs the target nothing."""

    blame: Blame = "environment"


class TargetError(NotTestable):
    """The target is at fault: it exits, never listens, ..."""

    blame: Blame = "target"


@dataclass(frozen=True)
class Problem:
    """One mistake in a suite. Line and column count from 1.

    `source` is the line, or the part of it that matters, safe to print; `caret` is how many columns
    of a terminal stand in it before the mistake.
    """

    path: str
    line: int
    column: int
    text: str
    source: str = ""
    caret: int = 0

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}: {self.text}"
        if not self.source.strip():
            return place
        return f"{place}\n    {self.source}\n    {' ' * self.caret}^"


class SuiteError(NetconformError):
    """A suite that cannot be used; `problems` holds all of its mistakes, in the file's order."""

    blame: Blame = "suite"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    def __reduce__(self) -> tuple[type[SuiteError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)
