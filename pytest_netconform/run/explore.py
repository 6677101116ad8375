"""Plays a check with many values that Hypothesis makes up, and finds the smallest that fails.

The same seed makes the same values, whatever the target; nothing is kept on disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import HypothesisException

from ..deadline import Deadline
from ..errors import NotTestable
from ..target import Instance
from .bench import Bench
from .drawing import Values, values
from .play import Played, play
from .stage import Part

Key = tuple[Any, ...]
"""The drawn values, by which a case is known again."""

DEFAULT_EXAMPLES = 25
EXAMPLE_SHARE = 1 / 3
"""Of the check's deadline, for one example: what is right takes milliseconds."""
SHRINK_SHARE = EXAMPLE_SHARE / 20
"""While looking for a smaller case. What fails only because this is short is not believed."""
SHRINK_SECONDS = 3.0
MOST_SHRINKS = 500


class _Failing(Exception):
    """An example that the target does not meet."""


@dataclass(frozen=True)
class Case:
    """One failing example: the values, the check with them put in, and its playing."""

    values: Values
    part: Part
    played: Played
    instance: Instance


@dataclass(frozen=True)
class Explored:
    """`case` is what to tell of a failure; `confirmed` that it failed again on a fresh instance."""

    case: Case | None
    confirmed: bool
    examples: int
    seed: int


def seed_of(check_id: str) -> int:
    """The seed of a check where the user gives none; the same for ever."""
    return int.from_bytes(hashlib.sha256(check_id.encode()).digest()[:4], "big")


def explore(part: Part, bench: Bench, chosen_seed: int | None) -> Explored:
    """Play examples until one fails, then look for a smaller one that fails too.

    Raises what kept an example from being played: NotApplicable, BadValue, NotTestable.
    """
    found_seed = seed_of(part.name) if chosen_seed is None else chosen_seed
    search = _Search(part, bench)
    search.run(found_seed)
    if not search.failing:
        if search.stopped is not None:
            raise search.stopped
        return Explored(None, False, search.tried, found_seed)
    bench.retire()
    confirmed, first = _confirmed(search), next(iter(search.failing.values()))
    return Explored(confirmed or first, confirmed is not None, search.examples, found_seed)


@dataclass
class _Search:
    """The property that Hypothesis tries: it knows what it has played, and when it has played enough.

    Hypothesis plays a case again to be sure; here the answer is then the one from before, whatever the
    target would do, so that a target that sometimes fails is told as such and not as an error of the tester.
    """

    part: Part
    bench: Bench
    passing: set[Key] = field(default_factory=set)
    failing: dict[Key, Case] = field(default_factory=dict)
    smallest: Key = ()
    good: Values | None = None
    stopped: Exception | None = None
    tried: int = 0
    examples: int = 0
    """How many were tried up to the first that failed."""
    budget: Deadline | None = None

    def run(self, found_seed: int) -> None:
        quiet = settings(
            max_examples=self.part.check.examples or DEFAULT_EXAMPLES,
            phases=(Phase.generate, Phase.shrink),
            database=None,
            deadline=None,
            derandomize=False,
            print_blob=False,
            report_multiple_bugs=False,
            verbosity=Verbosity.normal,
            suppress_health_check=list(HealthCheck),
        )

        @seed(found_seed)
        @quiet
        @given(values(self.part.check.given, self.part.encoding))
        def prop(drawn: Values) -> None:
            self.try_case(drawn)

        try:
            with _nothing_from_local_code():
                prop()
        except _Failing:
            pass
        except HypothesisException:
            if not self.failing:
                raise

    def try_case(self, drawn: Values) -> None:
        key = tuple(drawn.values())
        if key not in self.passing and key not in self.failing and not self._fails(key, drawn):
            self.passing.add(key)
        if key in self.failing:
            self.smallest = key  # Hypothesis ends with the smallest one that it knows
            raise _Failing

    def _fails(self, key: Key, drawn: Values) -> bool:
        """Play it; once there is no time left, everything that was not played passes."""
        if self.stopped is not None or self._budget_is_spent():
            return False
        self.tried += 1
        try:
            case = self.play(drawn, SHRINK_SHARE if self.failing else EXAMPLE_SHARE)
        except Exception as exc:
            self.stopped = exc
            return False
        if not case.played.findings:
            self.good = self.good or drawn
            return False
        self.failing[key] = case
        if self.budget is None:
            self.budget = Deadline(SHRINK_SECONDS * max(1.0, self.part.patience))
            self.examples = self.tried
        if not self._is_as_it_was():
            self.bench.retire()
        return True

    def _is_as_it_was(self) -> bool:
        """Whether the instance on which a case has failed still does what it did before: replacing it
        each time would leave time for a few smaller cases only. The smallest is played on a fresh one."""
        if self.good is None or self.part.check.server == "fresh":
            return False
        try:
            return not self.play(self.good, SHRINK_SHARE).played.findings
        except Exception:
            return False

    def _budget_is_spent(self) -> bool:
        if self.budget is None:
            return False
        return self.budget.expired() or self.tried - self.examples >= MOST_SHRINKS

    def play(self, drawn: Values, share: float) -> Case:
        if self.part.check.server == "fresh":
            with self.bench.fresh() as instance:
                return self.play_on(instance, drawn, share)
        return self.play_on(self.bench.shared(), drawn, share)

    def play_on(self, instance: Instance, drawn: Values, share: float) -> Case:
        part = replace(self.part, variables={**self.part.variables, **drawn})
        return Case(drawn, part, play(part, instance, share), instance)


def _confirmed(search: _Search) -> Case | None:
    """The smallest case that fails again on a fresh instance.

    Where that one has only missed its short deadline, which may be the machine's fault, the smallest one
    that failed otherwise comes next, and at last the first one."""
    surely = [key for key, case in search.failing.items() if not case.played.findings[0].missed]
    for key in dict.fromkeys((search.smallest, *surely[-1:], next(iter(search.failing)))):
        with contextlib.suppress(NotTestable), search.bench.fresh() as instance:
            again = search.play_on(instance, search.failing[key].values, EXAMPLE_SHARE)
            if again.played.findings:
                return again
    return None


@contextlib.contextmanager
def _nothing_from_local_code() -> Iterator[None]:
    """Hypothesis mixes constants into its values that it finds in the user's own modules, and keeps them on
    disk: the values would depend on what happens to be imported. There is no public way to say no."""
    module = sys.modules.get("hypothesis.internal.conjecture.providers")
    provider: Any = getattr(module, "HypothesisProvider", None)
    before = getattr(provider, "_maybe_draw_constant", None)
    if before is None:  # a version that does not do so
        yield
        return
    provider._maybe_draw_constant = lambda *_, **__: None
    try:
        yield
    finally:
        provider._maybe_draw_constant = before
