"""What a well-formed suite may still get wrong: clients, variables, requirements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..errors import did_you_mean
from ..payload import quoted
from . import templates
from .encodings import OTHERS, normal, writes
from .event_steps import (
    EVENT_VERBS,
    Answer,
    Disconnect,
    Disconnected,
    Emit,
    Event,
    NoEvent,
    NotAcked,
    SendPacket,
    Storm,
)
from .generators import AnyBytes, AnyCuts, AnyText
from .model import Check, Suite
from .server_steps import HasRead, Log, Released, Server
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
GROUP = "group"
"""In steps of a crowd that was connected in groups: the number of the client's."""
NEWCOMER = "newcomer"
CLUSTER = "cluster"
NO_NAMESPACE = "/-"
"""As `namespace` of `connect`: the client opens a session and connects to none."""
STREAM_VERBS = (HalfClose, Reset, Ended, Stall, Resume, Unblocks, Meanwhile)
BYTE_VERBS = (Send, Receive, Exchange, Nothing, Unblocks, HalfClose, Meanwhile)
EVENT_DEFINED = frozenset({"ns"})
"""In a suite for Socket.IO: what stands before a packet's payload for the namespace of the suite."""
FENCE_DEFINED = frozenset({"at", "by", "marker"})
STOCK_VERBS = (Emit, Event, Disconnect, Disconnected, Close, Reset, Ended)
NEED_OPEN = (
    *(Send, Receive, Exchange, Nothing, Unblocks, HalfClose, Ended, Stall, Resume, Meanwhile),
    *(Emit, Event, NoEvent, Answer, Disconnect, SendPacket),
)


def check_meaning(suite: Suite) -> Iterator[Finding]:
    """Yields (path in the file, what is wrong)."""
    yield from _params(suite)
    yield from _suite_texts(suite)
    yield from _unknown_checks(suite, suite.requires, ("requires",))
    yield from _fences(suite)
    for slug, check in suite.checks.items():
        path: Path_ = ("checks", slug)
        yield from _reserved(check.for_each, (*path, "for_each"))
        yield from _given(suite, check, path)
        yield from _title(suite, check, (*path, "title"))
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
    for name in sorted((ALWAYS_DEFINED | {GROUP}).intersection(names)):
        yield (*path, name), f"${{{name}}} has a value of its own in every check: take another name"


def _taken(names: Iterable[str], kinds: Mapping[str, Iterable[str]], path: Path_) -> Iterator[Finding]:
    for name in names:
        for kind, others in kinds.items():
            if name in others:
                yield (*path, name), f"${{{name}}} is {kind} already: take another name"


def _title(suite: Suite, check: Check, path: Path_) -> Iterator[Finding]:
    known = {*check.for_each, *({"encoding"} & suite.params.keys())}
    for where, text in templates.texts_in(check.title.model_dump(), path):
        for name in templates.names(text):
            if name not in known:
                yield where, f"a title knows only encoding and the names in for_each, not ${{{name}}}"


# ---------------------------------------------------------------- texts by encoding, generated values


def _suite_texts(suite: Suite) -> Iterator[Finding]:
    yield from _reserved(suite.texts, ("texts",))
    yield from _taken(suite.texts, {"a parameter": suite.params}, ("texts",))
    for name, forms in suite.texts.items():
        path: Path_ = ("texts", name)
        named: dict[str, str] = {}
        for encoding, text in forms.items():
            if encoding == OTHERS:
                continue
            if (same := named.setdefault(normal(encoding), encoding)) != encoding:
                yield (*path, encoding), f"{encoding} and {same} are the same encoding"
            if not writes(text, encoding):
                yield (*path, encoding), f"{quoted(text)} cannot be written in {encoding}"


def _given(suite: Suite, check: Check, path: Path_) -> Iterator[Finding]:
    others: dict[str, Iterable[str]] = {"a parameter": suite.params, "a text of the suite": suite.texts}
    yield from _taken(check.for_each, {"a text of the suite": suite.texts}, (*path, "for_each"))
    yield from _taken(check.given, {**others, "a value of for_each": check.for_each}, (*path, "given"))
    yield from _reserved(check.given, (*path, "given"))
    for name, generator in check.given.items():
        if isinstance(generator, AnyCuts):
            yield from _cut_data(check, generator.cuts, (*path, "given", name, "cuts"))
    if check.examples is not None and not check.given:
        yield (*path, "examples"), "only a check with 'given' has examples"


def _cut_data(check: Check, name: str, path: Path_) -> Iterator[Finding]:
    data = [other for other, made in check.given.items() if isinstance(made, AnyText | AnyBytes)]
    if name not in data:
        hint = did_you_mean(name, data) or "; name a text or bytes in the same given"
        yield path, f"no generated data is called {quoted(name)}{hint}"


HOLD_DATA = ("send", "receive", "exchange", "reply_to", "contains", "repeat", "of", "join", "any_of")


def _misuse(step: Step, keys: Path_, text: str, kind: str) -> str | None:
    """What is wrong with a value of this kind there, if anything is."""
    key = next((key for key in reversed(keys) if isinstance(key, str)), "")
    if keys == ("cut",) and kind in ("text", "bytes"):
        return "is data: 'cut' takes generated cuts or a number"
    if kind == "bytes" and (isinstance(step, Log | Repeat) or key not in HOLD_DATA):
        return "is bytes: use it where data is sent or received"
    if kind == "bytes" and not templates.is_alone(text):
        return "is bytes: use it alone, and {join: [...]} for more"
    if kind == "cuts" and keys != ("cut",):
        return "are places of a cut: use them as 'cut'"
    return None


# ---------------------------------------------------------------- streams and datagrams


def _fences(suite: Suite) -> Iterator[Finding]:
    if suite.applies_to != "socketio":
        for key in ("noise", "fences"):
            if getattr(suite, key):
                yield (key,), f"{quoted(key)} is for suites that apply to socketio"
    known = {*suite.params, *suite.texts, *FENCE_DEFINED}
    for i, fence in enumerate(suite.fences):
        path: Path_ = ("fences", i)
        named = {name for _, text in templates.texts_in(fence.data) for name in templates.names(text)}
        if "marker" not in named and fence.reaches == "one":
            yield path, "a fence sends ${marker}, which tells it from all others"
        for where, text in templates.texts_in({"data": fence.data, "seen": fence.seen}, path):
            for name in templates.names(text):
                if name not in known:
                    yield where, f"nothing is called ${{{name}}} here{did_you_mean(name, known)}"


def _of_the_other_kind(suite: Suite, steps: Iterable[Step], path: Path_) -> Iterator[Finding]:
    """Steps that need a stream in a suite for datagrams or events, and the other way round."""
    for i, step in enumerate(steps):
        yield from _of_the_other_kind(suite, step.inner(), (*path, i, "do"))
        yield from _events_or_bytes(suite, step, (*path, i))
        if suite.applies_to == "socketio":
            continue
        if suite.applies_to == "udp":
            for keys in _for_streams(step):
                yield (
                    (*path, i, *keys),
                    f"'{keys[-1]}' is for byte streams: a datagram comes whole, and no end follows",
                )
        elif isinstance(step, Receive) and isinstance(step.receive, InAnyOrder):
            where = (*path, i, "receive", "in_any_order")
            yield where, "'in_any_order' is for datagrams: a TCP stream keeps the order"


def _events_or_bytes(suite: Suite, step: Step, path: Path_) -> Iterator[Finding]:
    if suite.applies_to == "socketio":
        if isinstance(step, BYTE_VERBS):
            yield (*path, step.verb), f"'{step.verb}' is for bytes: a suite for socketio has emit and event"
        if isinstance(step, Server) and step.server == "restart":
            yield (*path, "server"), "this is for byte streams"
        return
    if isinstance(step, EVENT_VERBS):
        yield (*path, step.verb), f"'{step.verb}' is for suites that apply to socketio"
    if isinstance(step, Connect):
        for key in ("namespace", "auth", "transport", "node", "client", "refused"):
            if key in step.model_fields_set:
                yield (*path, key), f"'{key}' is for suites that apply to socketio"


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
        self.stock: set[str] = set()
        self.variables = {*suite.params, *suite.texts, *check.for_each, *check.given, *ALWAYS_DEFINED}
        self.has_events = suite.applies_to == "socketio"
        if self.has_events:
            self.variables |= EVENT_DEFINED
        self.kinds = {name: made.kind for name, made in check.given.items()}
        self.features = frozenset({*suite.needs, *check.needs})
        self.in_second_round = False

    def steps(self, steps: Iterable[Step], path: Path_) -> Iterator[Finding]:
        outer = self.features
        for i, step in enumerate(steps):
            self.features = outer | {step.when} if step.when else outer
            if isinstance(step, Connect) and isinstance(step.connect, Crowd) and step.connect.groups:
                self.variables.add(GROUP)
            yield from self._texts(step, (*path, i))
            yield from self._step(step, (*path, i))
            self.variables |= step.captures()
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
        if isinstance(step, Storm):
            self.clients[CROWD] = self.features
            self.closed.discard(CROWD)
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
                    yield where, f"nothing is called ${{{name}}} here{self._instead_of(name)}"
                elif name == GROUP and not self._is_of_the_crowd(step):
                    yield (
                        where,
                        "only clients of the crowd are in a group: use ${group} in steps of the crowd",
                    )
                elif use := _misuse(step, where[len(path) :], text, self.kinds.get(name, "")):
                    yield where, f"${{{name}}} {use}"

    def _instead_of(self, name: str) -> str:
        if name == GROUP:
            return ": connect a crowd in groups, as {crowd: 100, groups: 5}"
        return did_you_mean(name, self.variables)

    def _is_of_the_crowd(self, step: Step) -> bool:
        acting = step.connected() if isinstance(step, Connect) else step.actors()
        return {*(acting or self.clients)} == {CROWD}

    def _connect(self, step: Connect, path: Path_) -> Iterator[Finding]:
        names = step.connected()
        if step.node is not None and CLUSTER not in self.features:
            yield (*path, "node"), f"only a target that has {CLUSTER!r} has nodes: say 'needs: {CLUSTER}'"
        if step.node is not None and step.transport == "same":
            yield (*path, "node"), "a session stays at the node that it was opened at: leave 'node' out"
        if step.transport == "same":
            for name in names:
                if name not in self.clients or name in self.closed:
                    yield (*path, "connect"), f"{name!r} has no session yet: connect it without 'same'"
        for name in names:
            if self.has_events:
                self.variables |= named_by(name, step.namespace or "")
            if names.count(name) > 1:
                yield (*path, "connect"), f"{name!r} stands here twice"
            if name == NEWCOMER or (name == CROWD and not isinstance(step.connect, Crowd)):
                yield (*path, "connect"), f"{name!r} has a meaning of its own: take another name"
            self.clients[name] = self.features
            self.closed.discard(name)
            if step.client != "stock":
                self.stock.discard(name)
            elif step.transport == "same" or step.namespace == NO_NAMESPACE:
                yield (*path, "client"), "a stock client has one namespace, which it joins as it connects"
            else:
                self.stock.add(name)

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
            if name in self.stock and (why := _beyond_stock(step)):
                yield path, f"{name!r} is a stock client: {why}"

    def _left_out(self, step: Step, path: Path_) -> Iterator[Finding]:
        if step.leaves_out_actor() and (len(self.clients) != 1 or self.closed):
            known = ", ".join(sorted(self.clients)) or "nobody"
            yield path, f"say which client, as '{step.preposition()}: NAME' (connected so far: {known})"


def _beyond_stock(step: Step) -> str | None:
    """Why such a client cannot take part in this step, if it cannot."""
    if isinstance(step, NoEvent | NotAcked):
        return "its events come in any order, so that nothing proves that none has come"
    if not isinstance(step, STOCK_VERBS):
        return f"it takes no part in {step.verb!r}"
    if isinstance(step, Emit) and step.id is not None:
        return "it chooses the id by itself"
    if isinstance(step, Event) and (step.answer is not None or step.ack_id is not None):
        return "it answers by itself"
    return None


def named_by(client: str, namespace: str) -> set[str]:
    """What connecting defines: `alice.sid` and `alice.engine`, for /chat `alice.chat`, and for a server that
    restores sessions `alice.pid` and `alice.offset`."""
    words = ("sid", "engine", namespace.lstrip("/"), "pid", "offset")
    return {f"{client}.{word}" for word in words}
