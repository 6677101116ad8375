"""Data and matchers, as written, -> bytes and expectations. Pure but for `{file: ...}`."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from ..payload import parse_base64, parse_hex, parse_size, quoted
from . import matching, templates
from .matching import Expected
from .values import (
    AfterData,
    AnyOf,
    Base64Data,
    Contains,
    FileData,
    FirstData,
    HexData,
    JoinData,
    Length,
    Matches,
    NumbersData,
    RandomData,
    RepeatData,
    ReplyTo,
    TextData,
)

LARGEST = 256 * 1024**2


class BadValue(Exception):
    """The suite asks for data that cannot be made: its author is wrong."""


@dataclass(frozen=True)
class Scope:
    """What the evaluation of a value depends on."""

    variables: Mapping[str, Any]
    encoding: str
    folder: Path
    seed: str
    reply_to: Callable[[bytes], Expected]

    def with_variables(self, **more: Any) -> Scope:
        return replace(self, variables={**self.variables, **more})

    def filled(self, text: str) -> Any:
        """`text` with its variables put in. Raises BadValue for a parameter that is null."""
        for name in templates.names(text):
            if self.variables[name] is None:
                raise BadValue(
                    f"the parameter {name!r} is null here: give it a value, with --param if need be"
                )
        return templates.fill(text, self.variables)

    def text(self, text: str) -> str:
        """As `filled`, always text. Raises BadValue also where the value is of another kind."""
        filled = self.filled(text)
        if isinstance(filled, bytes | tuple):
            raise BadValue(f"{quoted(text)} is no text")
        return str(filled)

    def places(self, text: str) -> tuple[int, ...]:
        """The places of a cut, by a variable that holds them, or one. Raises BadValue."""
        value = self.filled(text)
        return value if isinstance(value, tuple) else (self.number(value),)

    def number(self, value: int | str) -> int:
        """A count or a size, perhaps by a variable. Raises BadValue."""
        try:
            return parse_size(self.filled(value) if isinstance(value, str) else value)
        except ValueError as exc:
            raise BadValue(str(exc)) from exc


def data(value: Any, scope: Scope) -> bytes:
    """The bytes of a data form. Raises BadValue."""
    if isinstance(value, str):
        filled = scope.filled(value)
        return filled if isinstance(filled, bytes) else _encode(scope.text(value), scope.encoding)
    try:
        return _DATA[type(value)](value, scope)
    except ValueError as exc:
        raise BadValue(str(exc)) from exc


def expected(match: Any, scope: Scope) -> Expected:
    """The expectation of a matcher; plain data is expected exactly. Raises BadValue."""
    maker = _MATCHERS.get(type(match))
    if maker is None:
        return matching.exactly(data(match, scope), "exactly this")
    try:
        return maker(match, scope)
    except ValueError as exc:
        raise BadValue(str(exc)) from exc


def _encode(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except (UnicodeEncodeError, LookupError) as exc:
        raise BadValue(f"{quoted(text)} cannot be written in {encoding}") from exc


def _bounded(size: int) -> int:
    if size > LARGEST:
        raise BadValue(f"{size} bytes are more than one step may send or receive, {LARGEST}")
    return size


def _repeated(value: RepeatData, scope: Scope) -> bytes:
    piece, times = data(value.repeat, scope), scope.number(value.times)
    _bounded(len(piece) * times)
    return piece * times


def _random(value: RandomData, scope: Scope) -> bytes:
    count = _bounded(scope.number(value.random))
    return random.Random(f"{scope.seed} {count}").randbytes(count)  # noqa: S311 - test data


@cache
def _numbers(count: int) -> bytes:
    lines = (
        b"line %08d abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUV\n" % i for i in range(count // 64 + 1)
    )
    return b"".join(lines)[:count]


def _file(value: FileData, scope: Scope) -> bytes:
    path = (scope.folder / scope.text(value.file)).resolve()
    if not path.is_relative_to(scope.folder.resolve()):
        raise BadValue(f"{quoted(value.file)} is outside of the suite's folder")
    try:
        _bounded(path.stat().st_size)
        return path.read_bytes()
    except OSError as exc:
        raise BadValue(f"{quoted(value.file)} cannot be read: {exc.strerror}") from exc


_DATA: dict[type, Callable[[Any, Scope], bytes]] = {
    TextData: lambda v, s: _encode(s.text(v.text), v.encoding or s.encoding),
    HexData: lambda v, s: parse_hex(s.text(v.hex)),
    Base64Data: lambda v, s: parse_base64(s.text(v.base64)),
    RepeatData: _repeated,
    RandomData: _random,
    NumbersData: lambda v, s: _numbers(_bounded(s.number(v.numbers))),
    JoinData: lambda v, s: b"".join(data(piece, s) for piece in v.join),
    FirstData: lambda v, s: data(v.of, s)[: s.number(v.first)],
    AfterData: lambda v, s: data(v.of, s)[s.number(v.after) :],
    FileData: _file,
}

_MATCHERS: dict[type, Callable[[Any, Scope], Expected]] = {
    ReplyTo: lambda m, s: s.reply_to(data(m.reply_to, s)),
    Contains: lambda m, s: matching.containing(data(m.contains, s), "something that contains this"),
    Matches: lambda m, s: matching.matching(s.text(m.matches), s.encoding, f"text like /{m.matches}/"),
    AnyOf: lambda m, s: matching.any_of([expected(one, s) for one in m.any_of], "one of several"),
    Length: lambda m, s: matching.of_length(s.number(m.length), f"{s.number(m.length)} bytes"),
}
