"""YAML text -> plain values with their places. The only user of YAML.

A strict reading: YAML 1.2 core scalars (`no`, `on` and `012` are what they look like), duplicate keys
and tags refused, aliases bounded, nothing constructed but mappings, sequences and scalars.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ..errors import Problem, SuiteError
from ..payload import fit, visible, width

LARGEST_FILE = 2 * 1024 * 1024
MOST_NODES = 100_000
DEEPEST = 60
LONGEST_NUMBER = 100
TOO_DEEP = f"nested more than {DEEPEST} levels deep"
TOO_MANY = f"more than {MOST_NODES} values; do aliases multiply here?"
COLUMNS_BEFORE, COLUMNS = 60, 100
LONGEST_MESSAGE = 600

Scalar = str | int | float | bool | None
Value = Scalar | tuple["Value", ...] | dict[str, "Value"]
Place = tuple[int, int]
Path_ = tuple[str | int, ...]

PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


class _TooLarge(Exception):
    """Too much or too deep to be a suite; the arguments are a text and a place."""


class _Composer(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Resolves nothing, so that every tag but the plain ones was written by hand.

    PyYAML calls `descend_resolver` before it composes a node, and composes recursively: in C without
    a limit, so that deep nesting would end the process.
    """

    yaml_implicit_resolvers: dict[str, list[object]] = {}  # noqa: RUF012 - PyYAML's own protocol
    depth = 0

    def descend_resolver(self, parent: yaml.Node | None, index: object) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _TooLarge(TOO_DEEP, _place(parent))

    def ascend_resolver(self) -> None:
        self.depth -= 1


# YAML 1.2.2 section 10.3.2, tag resolution of the core schema.
_CORE: tuple[tuple[re.Pattern[str], Callable[[str], Scalar]], ...] = (
    (re.compile(r"null|Null|NULL|~|"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda text: int(text[2:], 8)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text[2:], 16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
)


@dataclass
class Source:
    """A file that was read: its value, the place of every value and key, and its mistakes so far."""

    path: str
    lines: list[str]
    value: Value = None
    places: dict[Path_, Place] = field(default_factory=dict)
    keys: dict[Path_, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, place: Place, text: str) -> None:
        line, column = place
        source = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        before = visible(source[max(0, column - 1 - COLUMNS_BEFORE) : column - 1])
        after = visible(source[column - 1 : column - 1 + COLUMNS])
        shown = fit(before + after, COLUMNS + COLUMNS_BEFORE)
        text = fit(visible(text), LONGEST_MESSAGE)
        self.problems.append(Problem(self.path, line, column, text, shown, width(before)))

    def refusal(self, place: Place, text: str) -> SuiteError:
        """For a file with which nothing more can be done: this problem and those before it."""
        self.problem(place, text)
        return SuiteError(tuple(self.problems))

    def place(self, path: Path_, *, key: bool = False) -> Place:
        """Where the value (or its key) stands; of its nearest ancestor when it stands nowhere."""
        while path:
            if key and path in self.keys:
                return self.keys[path]
            if path in self.places:
                return self.places[path]
            path = path[:-1]
        return self.places.get((), (1, 1))


def read(path: Path, shown: str) -> Source:
    """Read a YAML file. Raises SuiteError where it is no YAML at all; other mistakes are collected."""
    source = Source(shown, [])
    try:
        data = path.read_bytes()
        if len(data) > LARGEST_FILE:
            raise ValueError(f"the file has {len(data)} bytes; a suite has at most {LARGEST_FILE}")
        text = data.decode("utf-8-sig")
    except OSError as exc:
        raise SuiteError((Problem(shown, 1, 1, f"cannot be read: {exc.strerror}"),)) from exc
    except ValueError as exc:
        reason = "is not UTF-8 text; save it as UTF-8" if isinstance(exc, UnicodeDecodeError) else str(exc)
        raise SuiteError((Problem(shown, 1, 1, reason),)) from exc
    source.lines = text.splitlines()
    try:
        node = yaml.compose(text, Loader=_Composer)
        source.value = _Builder(source).value(node, ()) if node is not None else None
    except _TooLarge as exc:
        raise source.refusal(exc.args[1], exc.args[0]) from None
    except yaml.MarkedYAMLError as exc:
        # Some versions of libyaml have a limit of their own, which the scanner may meet before the composer.
        too_deep = "nesting depth" in (exc.problem or "")
        raise source.refusal(_mark(exc), TOO_DEEP if too_deep else f"not YAML: {_reason(exc)}") from exc
    except yaml.reader.ReaderError as exc:
        place = _line_and_column(text, exc.position)
        raise source.refusal(place, f"not YAML: character #x{exc.character:04x} is not allowed") from exc
    if source.value is None:
        raise source.refusal((1, 1), "the file is empty; a suite starts with 'suite: NAME'")
    if not isinstance(source.value, dict):
        raise source.refusal((1, 1), "not a suite; it starts with 'suite: NAME'")
    return source


def _mark(exc: yaml.MarkedYAMLError) -> Place:
    mark = exc.problem_mark or exc.context_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _line_and_column(text: str, position: int) -> Place:
    before = text[:position]
    return before.count("\n") + 1, position - before.rfind("\n")


ADVICE = {
    "mapping values are not allowed": "a text with ': ' inside needs quotes",
    "cannot start any token": "indent with blanks, not tabs; a text that starts with @, ` or % needs quotes",
    "expected ',' or": "is a comma, a quote or a bracket missing before this?",
    "expected node content": "is a bracket or a value missing before this?",
    "expected key": "do the lines of this block start in the same column?",
    "expected <block end>": "do the lines of this block start in the same column?",
    "expected ':'": "a key is written 'key: value', with a blank after the colon",
    "another document": "a suite is one document, without a line '---' in it",
    "undefined alias": "a text that starts with * needs quotes",
    "unexpected end of stream": "a quote or a bracket is still open",
}
"""What PyYAML says -> what to do about it."""


def _reason(exc: yaml.MarkedYAMLError) -> str:
    text = str(exc.problem or exc.context)
    advice = next((advice for said, advice in ADVICE.items() if said in text), None)
    return f"{text}; {advice}" if advice else text


class _Builder:
    """Walks the composed nodes once; counts them, so that aliases cannot multiply without bound."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.nodes = 0

    def value(self, node: yaml.Node, path: Path_) -> Value:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _TooLarge(TOO_MANY, _place(node))
        if len(path) > DEEPEST:
            raise _TooLarge(TOO_DEEP, _place(node))
        self.source.places[path] = _place(node)
        if node.tag not in PLAIN_TAGS or self._shows_tag(node):
            self.source.problem(_place(node), f"tag {node.tag!r} is not allowed; write a plain value")
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.value(child, (*path, i)) for i, child in enumerate(node.value))
        assert isinstance(node, yaml.ScalarNode)
        return _scalar(node)

    def _pairs(self, node: yaml.MappingNode, path: Path_) -> Iterator[tuple[str, Value]]:
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None:
                self.source.problem(_place(key_node), "a key must be a word")
            elif key in first:
                self.source.problem(_place(key_node), f"duplicate key {key!r} (first at line {first[key]})")
            else:
                first[key] = key_node.start_mark.line + 1
                self.source.keys[(*path, key)] = _place(key_node)
                yield key, self.value(value_node, (*path, key))

    def _shows_tag(self, node: yaml.Node) -> bool:
        """`!!str 12` resolves to a plain tag; only the text tells."""
        line, column = _place(node)
        return line <= len(self.source.lines) and self.source.lines[line - 1][column - 1 : column] == "!"


def _place(node: yaml.Node | None) -> Place:
    return (node.start_mark.line + 1, node.start_mark.column + 1) if node else (1, 1)


def _scalar(node: yaml.ScalarNode) -> Scalar:
    text: str = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    for pattern, convert in _CORE:
        if len(text) < LONGEST_NUMBER and pattern.fullmatch(text):
            return convert(text)
    return text
