"""What a well-formed suite may still get wrong: clients, variables, requirements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..errors import did_you_mean
from ..payload import quoted
from . import templates
from .model import Check, Suite
from .server_steps import HasRead, Released, Server
from .source import Path_
from .step import Step
from .steps import (
    CROWD,
    Close,
    Connect,
    Crowd,
    Ended,
    Exchange,
    HalfClose,
    Meanwhile,
    Newcomer,
    Nothing,
    Receive,
    Repeat,
    Reset,
    Resume,
    Send,
    Stall,
    Unblocks,
)
from .values import InAnyOrder, check_encoding

__all__ = ["CROWD", "Finding", "check_meaning"]

Finding = tuple[Path_, str]
ALWAYS_DEFINED = frozenset({"client", "i"})
NEWCOMER = "newcomer"
STREAM_VERBS = (HalfClose, Reset, Ended, Stall, Resume, Unblocks, Meanwhile)
NEED_OPEN = (Send, Receive, Exchange, Nothing, Unblocks, HalfClose, Ended, Stall, Resume, Meanwhile)


def check_meaning(suite: Suite) -> Iterator[Finding]:
    """Yields (path in the file, what is wrong)."""
    yield from _params(suite)
    yield from _unknown_checks(suite, suite.requires, ("requires",))
    for slug, check in suite.checks.items():
        path: Path_ = ("checks", slug)
        yield from _reserved(check.for_each, (*path, "for_each"))
        yield from _title(check, (*path, "title"))
        yield from _unknown_checks(suite, check.requires, (*path, "requires"))
        yield from _circles(suite, slug, (*path, "requires"))
        yield from dict.fromkeys(_Walk(suite, check).steps(check.steps, (*path, "steps")))
        yield from _of_the_other_kind(suite, check.steps, (*path, "steps"))


def _params(suite: Suite) -> Iterator[Finding]:
    yield from _reserved(suite.params, ("params",))
    encoding = str(suite.params.get("encoding") or "utf-8")
    try:
        check_encoding(encoding)
        str(suite.params.get("reply")).encode(encoding)
    except UnicodeError:
        yield ("params", "reply"), f"{quoted(suite.params['reply'])} cannot be written in {encoding}"
    except ValueError as exc:
        yield ("params", "encoding"), str(exc)


def _reserved(names: Iterable[str], path: Path_) -> Iterator[Finding]:
    for name in sorted(ALWAYS_DEFINED.intersection(names)):
        yield (*path, name), f"${{{name}}} has a value of its own in every check: take another name"


def _title(check: Check, path: Path_) -> Iterator[Finding]:
    for where, text in templates.texts_in(check.title.model_dump(), path):
        for name in templates.names(text):
            if name not in check.for_each:
                yield where, f"a title knows only the names in for_each, not ${{{name}}}"


# ---------------------------------------------------------------- streams and datagrams


def _of_the_other_kind(suite: Suite, steps: Iterable[Step], path: Path_) -> Iterator[Finding]:
    """Steps that need a stream in a suite for datagrams, and the other way round."""
    for i, step in enumerate(steps):
        yield from _of_the_other_kind(suite, step.inner(), (*path, i, "do"))
        if suite.applies_to == "udp":
            for keys in _for_streams(step):
                yield (
                    (*path, i, *keys),
                    f"'{keys[-1]}' is for byte streams: a datagram comes whole, and no end follows",
                )
        elif isinstance(step, Receive) and isinstance(step.receive, InAnyOrder):
            where = (*path, i, "receive", "in_any_order")
            yield where, "'in_any_order' is for datagrams: a TCP stream keeps the order"


def _for_streams(step: Step) -> Iterator[tuple[str, ...]]:
    """The keys of a step that mean something on a byte stream only."""
    if isinstance(step, STREAM_VERBS):
        yield (step.verb,)
    elif isinstance(step, Send) and step.cut is not None:
        yield ("cut",)
    elif isinstance(step, Server) and isinstance(step.server, Released | HasRead):
        yield "server", step.server.written_keys()[0]
    elif isinstance(step, Server) and step.server == "restart":
        yield ("server",)


# ---------------------------------------------------------------- requirements


def _unknown_checks(suite: Suite, names: Iterable[str], path: Path_) -> Iterator[Finding]:
    for name in names:
        if name not in suite.checks:
            close = did_you_mean(name, suite.checks)
            yield path, f"no check of this suite is called {quoted(name)}{close}"


def _circles(suite: Suite, slug: str, path: Path_) -> Iterator[Finding]:
    for name in suite.requirements(slug):
        if slug in _all_requirements(suite, name):
            yield path, f"{slug!r} requires itself, through {name!r}"


def _all_requirements(suite: Suite, slug: str) -> set[str]:
    found: set[str] = set()
    queue = [slug]
    while queue:
        name = queue.pop()
        if name not in found and name in suite.checks:
            found.add(name)
            queue += suite.requirements(name)
    return found


# ---------------------------------------------------------------- steps


class _Walk:
    """Goes through the steps in their order and knows which clients exist by then.

    A client that was connected by a step with `when` exists only where the target has that feature;
    `features` are those that the target certainly has when a step is played.
    """

    def __init__(self, suite: Suite, check: Check) -> None:
        self.clients: dict[str, frozenset[str]] = {}
        self.closed: set[str] = set()
        self.variables = {*suite.params, *check.for_each, *ALWAYS_DEFINED}
        self.features = frozenset({*suite.needs, *check.needs})
        self.in_second_round = False

    def steps(self, steps: Iterable[Step], path: Path_) -> Iterator[Finding]:
        outer = self.features
        for i, step in enumerate(steps):
            self.features = outer | {step.when} if step.when else outer
            yield from self._texts(step, (*path, i))
            yield from self._step(step, (*path, i))
        self.features = outer

    def _step(self, step: Step, path: Path_) -> Iterator[Finding]:
        if isinstance(step, Repeat):
            yield from self._repeat(step, (*path, "do"))
        elif isinstance(step, Connect):
            yield from self._connect(step, path)
        else:
            yield from self._use(step, path)
            yield from self._left_out(step, path)
        if isinstance(step, Meanwhile):
            yield from self.steps(step.do, (*path, "do"))
        if step.ends_connections():
            self.closed.update(self.clients)
        if isinstance(step, Close | Reset):
            self.closed.update(step.actors())
        if isinstance(step, Newcomer):
            self.clients[NEWCOMER] = frozenset()
            self.closed.add(NEWCOMER)

    def _repeat(self, step: Repeat, path: Path_) -> Iterator[Finding]:
        """Twice: the second round finds what the first one left."""
        yield from self.steps(step.do, path)
        if not self.in_second_round:
            self.in_second_round = True
            yield from self.steps(step.do, path)
            self.in_second_round = False

    def _texts(self, step: Step, path: Path_) -> Iterator[Finding]:
        for where, text in templates.texts_in(step.model_dump(by_alias=True, exclude={"do"}), path):
            if templates.is_broken(text):
                yield where, "'${' begins a variable, as ${name}; for these two characters write '$${'"
            for name in templates.names(text):
                if name not in self.variables:
                    yield where, f"nothing is called ${{{name}}} here{did_you_mean(name, self.variables)}"

    def _connect(self, step: Connect, path: Path_) -> Iterator[Finding]:
        names = step.connected()
        for name in names:
            if names.count(name) > 1:
                yield (*path, "connect"), f"{name!r} stands here twice"
            if name == NEWCOMER or (name == CROWD and not isinstance(step.connect, Crowd)):
                yield (*path, "connect"), f"{name!r} has a meaning of its own: take another name"
            self.clients[name] = self.features
            self.closed.discard(name)

    def _use(self, step: Step, path: Path_) -> Iterator[Finding]:
        for name in step.actors():
            if name not in self.clients:
                close = did_you_mean(name, self.clients)
                yield path, f"no client called {name!r} is connected by now{close}"
                continue
            unsure = self.clients[name] - self.features
            if unsure:
                yield path, f"{name!r} is connected only 'when: {min(unsure)}': say so here too"
            if name in self.closed and isinstance(step, NEED_OPEN):
                yield path, f"{name!r} has closed its connection by now: connect it again"

    def _left_out(self, step: Step, path: Path_) -> Iterator[Finding]:
        if step.leaves_out_actor() and (len(self.clients) != 1 or self.closed):
            known = ", ".join(sorted(self.clients)) or "nobody"
            yield path, f"say which client, as '{step.preposition()}: NAME' (connected so far: {known})"
