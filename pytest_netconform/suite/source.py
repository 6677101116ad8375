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
from ..payload import visible

LARGEST_FILE = 2 * 1024 * 1024
MOST_NODES = 100_000
DEEPEST = 60
LONGEST_NUMBER = 100

Scalar = str | int | float | bool | None
Value = Scalar | tuple["Value", ...] | dict[str, "Value"]
Place = tuple[int, int]
Path_ = tuple[str | int, ...]

PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


class _Composer(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Resolves nothing, so that every tag but the plain ones was written by hand."""

    yaml_implicit_resolvers: dict[str, list[object]] = {}  # noqa: RUF012 - PyYAML's own protocol


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
        self.problems.append(Problem(self.path, line, column, text, visible(source)))

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
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        source.problem(place, f"not YAML: {exc.problem or exc.context}")
    except yaml.reader.ReaderError as exc:
        source.problem((1, 1), f"not YAML: character #x{exc.character:04x} is not allowed")
    except RecursionError:
        source.problem((1, 1), "not a suite: it is nested too deeply")
    else:
        if node is not None:
            _Builder(source).build(node)
    if source.value is None and not source.problems:
        source.problem((1, 1), "the file is empty; a suite starts with 'suite: NAME'")
    if source.value is None:
        raise SuiteError(tuple(source.problems))
    return source


class _Builder:
    """Walks the composed nodes once; counts them, so that aliases cannot multiply without bound."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.nodes = 0

    def build(self, node: yaml.Node) -> None:
        try:
            self.source.value = self._value(node, ())
        except _TooLarge as exc:
            self.source.problem(_place(node), str(exc))

    def _value(self, node: yaml.Node, path: Path_) -> Value:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _TooLarge(f"more than {MOST_NODES} values; do aliases multiply here?")
        if len(path) > DEEPEST:
            raise _TooLarge(f"nested more than {DEEPEST} levels deep")
        self.source.places[path] = _place(node)
        if node.tag not in PLAIN_TAGS or self._shows_tag(node):
            self.source.problem(_place(node), f"tag {node.tag!r} is not allowed; write a plain value")
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return tuple(self._value(child, (*path, i)) for i, child in enumerate(node.value))
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
                yield key, self._value(value_node, (*path, key))

    def _shows_tag(self, node: yaml.Node) -> bool:
        """`!!str 12` resolves to a plain tag; only the text tells."""
        line, column = _place(node)
        return line <= len(self.source.lines) and self.source.lines[line - 1][column - 1 : column] == "!"


class _TooLarge(Exception):
    pass


def _place(node: yaml.Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _scalar(node: yaml.ScalarNode) -> Scalar:
    text: str = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    for pattern, convert in _CORE:
        if len(text) < LONGEST_NUMBER and pattern.fullmatch(text):
            return convert(text)
    return text
