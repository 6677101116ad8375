"""What a suite may say and its author hardly means: nothing that can fail, names without a use, ..."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from ..errors import Problem, SuiteError
from . import evaluate, matching
from .encodings import OTHERS
from .evaluate import BadValue, Scope
from .generators import SAMPLES, AnyCuts
from .load import in_order, load_with_source
from .meaning import ALWAYS_DEFINED, GROUP, Finding
from .model import Check, Suite, Text
from .server_steps import Log
from .source import Path_
from .step import Step
from .steps import Connect, Exchange, Meanwhile, Receive, Send, Unblocks
from .values import InAnyOrder

USED_BY_THE_ENGINE = frozenset({"encoding", "reply", "namespace"})
SOME_TEXT = "x"
ANY_DATAGRAM = b"\0 any"

Kind = Literal["tcp", "udp", "socketio"]


def lint(path: Path, shown: str | None = None) -> list[Problem]:
    """Everything that `load` finds; where it finds nothing, what looks like a slip. In the file's order."""
    try:
        suite, source = load_with_source(path, shown or str(path))
    except SuiteError as exc:
        return list(exc.problems)
    for where, text in _findings(suite):
        source.problem(source.place(where), text)
    return list(in_order(source.problems))


def _findings(suite: Suite) -> Iterator[Finding]:
    yield from _without_chinese(suite.title, ("title",))
    yield from _unused_params(suite)
    yield from _unused_texts(suite)
    for slug, check in suite.checks.items():
        path: Path_ = ("checks", slug)
        steps = list(_all_steps(check.steps, (*path, "steps")))
        yield from _texts(check, path)
        yield from _unused_values(check, path)
        yield from _unused_clients(steps)
        if not any(step.can_fail() for step in check.steps):
            yield (
                (*path, "steps"),
                "no step says what must happen: add one such as receive, ended or newcomer",
            )
        encoding = _encoding_of(suite, check)
        if encoding is None:
            yield path, "the texts that this check uses exist together in no encoding: it is never played"
        else:
            yield from _evaluated(steps, _scope(suite, check, encoding), suite.applies_to)


def _all_steps(steps: Iterable[Step], path: Path_) -> Iterator[tuple[Path_, Step]]:
    for i, step in enumerate(steps):
        yield (*path, i), step
        yield from _all_steps(step.inner(), (*path, i, "do"))


# ---------------------------------------------------------------- texts


def _texts(check: Check, path: Path_) -> Iterator[Finding]:
    yield from _without_chinese(check.title, (*path, "title"))
    for i, hint in enumerate(check.hints):
        if not hint.zh:
            yield (*path, "hint", i), "this hint has no Chinese: add zh"
    if check.clause is None:
        yield path, "no clause: add the sentence that this check holds the server to, and where it stands"


def _without_chinese(title: Text, path: Path_) -> Iterator[Finding]:
    if not title.zh:
        yield path, "this title has no Chinese: write {en: ..., zh: ...}"


# ---------------------------------------------------------------- names without a use


def _unused_params(suite: Suite) -> Iterator[Finding]:
    used = _all_variables(suite)
    for name in suite.params:
        if name not in used | USED_BY_THE_ENGINE:
            yield ("params", name), f"no step uses ${{{name}}}"


def _unused_texts(suite: Suite) -> Iterator[Finding]:
    for name in suite.texts.keys() - _all_variables(suite):
        yield ("texts", name), f"no step uses ${{{name}}}"


def _all_variables(suite: Suite) -> set[str]:
    return {name for check in suite.checks.values() for name in check.variables}


def _unused_values(check: Check, path: Path_) -> Iterator[Finding]:
    for name in check.for_each.keys() - check.variables:
        yield (*path, "for_each", name), f"no step uses ${{{name}}}: each item plays the same"
    cut = {made.cuts for made in check.given.values() if isinstance(made, AnyCuts)}
    for name in check.given.keys() - check.variables - cut:
        yield (*path, "given", name), f"no step uses ${{{name}}}"


def _unused_clients(steps: list[tuple[Path_, Step]]) -> Iterator[Finding]:
    used = {name for _, step in steps for name in step.actors()}
    if any(step.leaves_out_actor() for _, step in steps):
        return  # the only client there is
    for path, step in steps:
        if isinstance(step, Connect):
            for name in step.connected():
                if name not in used:
                    yield (*path, "connect"), f"{name!r} connects and does nothing"


# ---------------------------------------------------------------- data and matchers


def _encoding_of(suite: Suite, check: Check) -> str | None:
    """The suite's encoding, or else one that has all of the texts that the check uses."""
    wanted = check.variables & suite.texts.keys()
    named = [name for text in wanted for name in suite.texts[text] if name != OTHERS]
    candidates = (str(suite.params.get("encoding") or "utf-8"), *sorted(named))
    return next((one for one in candidates if wanted <= suite.texts_in(one).keys()), None)


def _scope(suite: Suite, check: Check, encoding: str) -> Scope:
    """As when playing, with the first value of each parameter."""
    first = {name: many[0] for name, many in check.for_each.items()}
    made = {name: SAMPLES[one.kind] for name, one in check.given.items()}
    values: dict[str, Any] = {**suite.params, **suite.texts_in(encoding), **first, **made}
    filled = {name: SOME_TEXT if value is None else value for name, value in values.items()}
    always = dict.fromkeys((*ALWAYS_DEFINED, GROUP), 0)
    return Scope({**always, **filled}, encoding, suite.path.parent, check.id, _same)


def _same(data: bytes) -> matching.Expected:
    return matching.exactly(data, "")


def _evaluated(steps: list[tuple[Path_, Step]], scope: Scope, transport: Kind) -> Iterator[Finding]:
    for path, step in steps:
        for key, value in _values(step):
            try:
                if isinstance(step, Send | Meanwhile):
                    evaluate.data(value, scope)
                elif _ACCEPTS_ALL[transport](evaluate.expected(value, scope)):
                    yield (*path, *key), "this accepts everything, even nothing at all"
            except BadValue as exc:
                yield (*path, *key), str(exc)


_ACCEPTS_ALL: dict[Kind, Callable[[matching.Expected], bool]] = {
    "tcp": lambda expected: expected.look(bytearray(), 0).state == "matched",
    "socketio": lambda expected: expected.look(bytearray(), 0).state == "matched",
    "udp": lambda expected: expected.whole(b"") and expected.whole(ANY_DATAGRAM),
}


def _values(step: Step) -> Iterator[tuple[Path_, Any]]:
    """What the step sends, or expects, and the keys under which it stands."""
    match step:
        case Send():
            yield ("send",), step.send
        case Receive(receive=InAnyOrder(in_any_order=several)):
            yield from ((("receive", "in_any_order", i), one) for i, one in enumerate(several))
        case Receive():
            yield ("receive",), step.receive
        case Exchange():
            yield ("exchange",), step.exchange
        case Unblocks():
            yield ("unblocks", "reply_to"), step.unblocks.reply_to
        case Meanwhile():
            yield ("meanwhile", "stream"), step.meanwhile.stream
        case Log():
            yield ("log", "contains"), step.log.contains
