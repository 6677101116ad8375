"""Data and matchers, as written, -> bytes and expectations. Pure but for `{file: ...}`."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..payload import parse_hex, parse_size
from . import matching, templates
from .matching import Expected
from .values import (
    AnyOf,
    Base64Data,
    Contains,
    FileData,
    HexData,
    JoinData,
    Length,
    Matches,
    RandomData,
    RepeatData,
    ReplyTo,
    TextData,
)


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

    def text(self, text: str) -> str:
        return str(templates.fill(text, self.variables))

    def number(self, value: int | str) -> int:
        """A count or a size, perhaps by a variable."""
        filled = templates.fill(value, self.variables) if isinstance(value, str) else value
        try:
            return parse_size(filled)
        except ValueError as exc:
            raise BadValue(str(exc)) from exc


def data(value: Any, scope: Scope) -> bytes:
    """The bytes of a data form. Raises BadValue."""
    if isinstance(value, str):
        filled = templates.fill(value, scope.variables)
        return filled if isinstance(filled, bytes) else _encode(str(filled), scope.encoding)
    try:
        return _DATA[type(value)](value, scope)
    except (ValueError, LookupError, OSError) as exc:
        raise BadValue(str(exc)) from exc


def expected(match: Any, scope: Scope) -> Expected:
    """The expectation of a matcher; plain data is expected exactly. Raises BadValue."""
    maker = _MATCHERS.get(type(match))
    if maker is None:
        return matching.exactly(data(match, scope), "exactly this")
    return maker(match, scope)


def _encode(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except (UnicodeEncodeError, LookupError) as exc:
        raise BadValue(f"{text!r} cannot be written in {encoding}: {exc}") from exc


def _random(value: RandomData, scope: Scope) -> bytes:
    count = scope.number(value.random)
    return random.Random(f"{scope.seed} {count}").randbytes(count)  # noqa: S311 - test data


def _file(value: FileData, scope: Scope) -> bytes:
    path = (scope.folder / scope.text(value.file)).resolve()
    if not path.is_relative_to(scope.folder.resolve()):
        raise BadValue(f"{value.file!r} is outside of the suite's folder")
    return path.read_bytes()


_DATA: dict[type, Callable[[Any, Scope], bytes]] = {
    TextData: lambda v, s: _encode(s.text(v.text), v.encoding or s.encoding),
    HexData: lambda v, s: parse_hex(s.text(v.hex)),
    Base64Data: lambda v, s: base64.b64decode(s.text(v.base64), validate=True),
    RepeatData: lambda v, s: data(v.repeat, s) * s.number(v.times),
    RandomData: _random,
    JoinData: lambda v, s: b"".join(data(piece, s) for piece in v.join),
    FileData: _file,
}

_MATCHERS: dict[type, Callable[[Any, Scope], Expected]] = {
    ReplyTo: lambda m, s: s.reply_to(data(m.reply_to, s)),
    Contains: lambda m, s: matching.containing(data(m.contains, s), "something that contains this"),
    Matches: lambda m, s: matching.matching(s.text(m.matches), s.encoding, f"text like /{m.matches}/"),
    AnyOf: lambda m, s: matching.any_of([expected(one, s) for one in m.any_of], "one of several"),
    Length: lambda m, s: matching.of_length(s.number(m.length), f"{s.number(m.length)} bytes"),
}
