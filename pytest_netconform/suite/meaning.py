"""What a well-formed suite may still get wrong: actors, variables, features, requirements."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import did_you_mean
from . import templates
from .model import FEATURES, Check, Suite
from .source import Path_
from .steps import Connect, Crowd, Nothing, Repeat, Server, Step, Unblocks

Finding = tuple[Path_, str]
ALWAYS_DEFINED = frozenset({"client", "i"})
CROWD = "crowd"
NEED_NO_ACTOR = (Connect, Nothing, Unblocks, Repeat, Server)


def check_meaning(suite: Suite) -> Iterator[Finding]:
    """Yields (path in the file, what is wrong)."""
    yield from _unknown_features(suite.needs, ("needs",))
    encoding = suite.params.get("encoding")
    if encoding is not None and not _is_encoding(encoding):
        yield ("params", "encoding"), f"{encoding!r} is no text encoding that Python knows"
    for slug, check in suite.checks.items():
        path: Path_ = ("checks", slug)
        yield from _unknown_features(check.needs, (*path, "needs"))
        yield from _requirements(suite, slug, check, path)
        yield from _Walk(suite, check).steps(check.steps, (*path, "steps"))


def _is_encoding(name: object) -> bool:
    try:
        codecs.lookup(str(name))
    except LookupError:
        return False
    return True


def _unknown_features(words: Iterable[str], path: Path_) -> Iterator[Finding]:
    for word in words:
        if word not in FEATURES:
            hint = did_you_mean(word, FEATURES) or f"; they are {', '.join(FEATURES)}"
            yield path, f"no feature is called {word!r}{hint}"


def _requirements(suite: Suite, slug: str, check: Check, path: Path_) -> Iterator[Finding]:
    for name in suite.requirements(slug):
        if name not in suite.checks:
            yield (
                (*path, "requires"),
                f"no check of this suite is called {name!r}{did_you_mean(name, suite.checks)}",
            )
        elif slug in _all_requirements(suite, name):
            yield (*path, "requires"), f"{slug!r} requires itself, through {name!r}"


def _all_requirements(suite: Suite, slug: str) -> set[str]:
    found: set[str] = set()
    queue = [slug]
    while queue:
        name = queue.pop()
        if name not in found and name in suite.checks:
            found.add(name)
            queue += suite.requirements(name)
    return found


class _Walk:
    """Goes through the steps in their order and knows which actors exist by then."""

    def __init__(self, suite: Suite, check: Check) -> None:
        self.connected: set[str] = set()
        self.variables = {*suite.params, *check.for_each, *ALWAYS_DEFINED}

    def steps(self, steps: Iterable[Step], path: Path_) -> Iterator[Finding]:
        for i, step in enumerate(steps):
            yield from self._step(step, (*path, i))

    def _step(self, step: Step, path: Path_) -> Iterator[Finding]:
        if step.when is not None:
            yield from _unknown_features([step.when.removeprefix("no-")], (*path, "when"))
        if isinstance(step, Repeat):
            yield from self.steps(step.do, (*path, "do"))
            return
        for name in sorted(set(templates.names_in(step.model_dump())) - self.variables):
            yield path, f"nothing is called ${{{name}}} here{did_you_mean(name, self.variables)}"
        if isinstance(step, Connect):
            self._connect(step.connect)
            return
        for name in step.actors():
            if name not in self.connected:
                yield (
                    path,
                    f"no client called {name!r} is connected by now{did_you_mean(name, self.connected)}",
                )
        yield from self._left_out(step, path)

    def _connect(self, who: Any) -> None:
        if isinstance(who, Crowd):
            self.connected.add(CROWD)
        else:
            self.connected.update((who,) if isinstance(who, str) else who)

    def _left_out(self, step: Step, path: Path_) -> Iterator[Finding]:
        takes_actor = any(field in type(step).model_fields for field in ("from_", "at", "with_"))
        if takes_actor and not step.actors() and len(self.connected) != 1:
            many = ", ".join(sorted(self.connected)) or "nobody is"
            preposition = {"send": "from", "receive": "at"}.get(step.verb, "with")
            yield path, f"say which client, as '{preposition}: NAME' ({many} connected by now)"
