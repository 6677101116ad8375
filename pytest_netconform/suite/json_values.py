"""The values of a Socket.IO event, as written in a suite: JSON with variables, bytes and expectations. Pure.

A mapping with one key out of FORMS says something about a value; every other one is that value. Compared
are values, not texts: 1 is 1.0, the order of keys is free, and true is no number (RFC 8259 sections 3 to 6).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError, WithJsonSchema

from ..errors import did_you_mean
from ..payload import excerpt, quoted
from . import evaluate, templates
from .evaluate import BadValue, Scope
from .matching import compile_pattern
from .values import VARIABLE, Data, checked_by

SHOWN = 120
"""Characters of a value in a message."""

KINDS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: _is_number(value),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "bytes": lambda value: isinstance(value, bytes),
    "value": lambda value: True,
}
"""What `{any: KIND}` accepts."""

Bound = dict[str, Any]
"""What `{capture: NAME}` has taken, by name."""


@dataclass
class Comparison:
    """One value held against what is expected of it. `why` is the first place where they differ."""

    scope: Scope
    captured: Bound = field(default_factory=dict)
    why: str = ""

    def agrees(self, expected: Any, value: Any, path: str = "") -> bool:
        """Whether the value is as expected. Raises BadValue where the suite asks for what cannot be."""
        form = form_of(expected)
        if form is not None:
            return _MATCH[form](self, expected[form], value, path)
        return self._same(expected, value, path)

    def _same(self, expected: Any, value: Any, path: str) -> bool:
        if isinstance(expected, dict):
            return self._same_object(expected, value, path)
        if isinstance(expected, tuple):
            return self._same_list(expected, value, path)
        wanted = self.scope.filled(expected) if isinstance(expected, str) else expected
        same = _plain(wanted) == _plain(value) and _is_number(wanted) == _is_number(value)
        same = same and isinstance(wanted, bool) == isinstance(value, bool)
        return same or self.differs(path, f"is {shown(value)}, not {shown(wanted)}")

    def _same_object(self, expected: Mapping[str, Any], value: Any, path: str) -> bool:
        if not self.has(expected, value, path):
            return False
        extra = [key for key in value if key not in expected]
        return not extra or self.differs(path, f"has the key {shown(extra[0])} too")

    def _same_list(self, expected: tuple[Any, ...], value: Any, path: str) -> bool:
        if not isinstance(value, list):
            return self.differs(path, f"is {shown(value)}, not a list")
        if len(value) != len(expected):
            return self.differs(path, f"has {len(value)} values, not {len(expected)}")
        pairs = enumerate(zip(expected, value, strict=True))
        return all(self.agrees(wanted, one, f"{path}[{i}]") for i, (wanted, one) in pairs)

    def has(self, expected: Mapping[str, Any], value: Any, path: str) -> bool:
        """Whether it has these keys with these values, and perhaps others."""
        if not isinstance(value, dict):
            return self.differs(path, f"is {shown(value)}, not an object")
        for key, wanted in expected.items():
            if key not in value:
                return self.differs(path, f"lacks the key {shown(key)}")
            if not self.agrees(wanted, value[key], f"{path}.{key}"):
                return False
        return True

    def differs(self, path: str, why: str) -> bool:
        self.why = self.why or f"{path.lstrip('.') or 'it'} {why}"
        return False


def form_of(value: Any) -> str | None:
    """The key by which a mapping says something about a value."""
    if isinstance(value, dict) and len(value) == 1:
        (key,) = value
        return key if key in _MATCH else None
    return None


# ---------------------------------------------------------------- the forms


def _any(comparison: Comparison, kind: str, value: Any, path: str) -> bool:
    return KINDS[kind](value) or comparison.differs(path, f"is {shown(value)}, not any {kind}")


def _any_of(comparison: Comparison, several: tuple[Any, ...], value: Any, path: str) -> bool:
    for wanted in several:
        one = Comparison(comparison.scope, dict(comparison.captured))
        if one.agrees(wanted, value, path):
            comparison.captured = one.captured
            return True
    return comparison.differs(path, f"is {shown(value)}, none of what it may be")


def _capture(comparison: Comparison, name: str, value: Any, path: str) -> bool:
    comparison.captured[name] = value
    return True


def _exactly(comparison: Comparison, expected: Any, value: Any, path: str) -> bool:
    return comparison._same(expected, value, path)


def _bytes(comparison: Comparison, data: Any, value: Any, path: str) -> bool:
    wanted = evaluate.data(_DATA.validate_python(data), comparison.scope)
    return value == wanted or comparison.differs(path, f"is {shown(value)}, not {shown(wanted)}")


def _matches(comparison: Comparison, pattern: str, value: Any, path: str) -> bool:
    found = isinstance(value, str) and compile_pattern(comparison.scope.text(pattern)).match(value)
    return bool(found) or comparison.differs(path, f"is {shown(value)}, not text like /{pattern}/")


def _sorted(comparison: Comparison, expected: tuple[Any, ...], value: Any, path: str) -> bool:
    """A list with these values in any order."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return comparison.differs(path, f"is {shown(value)}, not a list of texts")
    wanted = tuple(sorted(comparison.scope.text(one) for one in expected))
    return comparison._same_list(wanted, sorted(value), path)


_MATCH: dict[str, Callable[[Comparison, Any, Any, str], bool]] = {
    "any": _any,
    "any_of": _any_of,
    "has": lambda comparison, expected, value, path: comparison.has(expected, value, path),
    "in_any_order": _sorted,
    "capture": _capture,
    "exactly": _exactly,
    "bytes": _bytes,
    "matches": _matches,
}
FORMS = tuple(_MATCH)
SENDABLE = ("bytes", "exactly", "repeat")
"""The forms that make a value to send."""

_DATA: TypeAdapter[Any] = TypeAdapter(Data)


# ---------------------------------------------------------------- what is sent


def made(value: Any, scope: Scope) -> Any:
    """The value to send: JSON's own types, and bytes. Raises BadValue."""
    if isinstance(value, dict):
        return _made_of_mapping(value, scope)
    if isinstance(value, tuple):
        return [made(one, scope) for one in value]
    return _listed(scope.filled(value)) if isinstance(value, str) else value


def _made_of_mapping(value: dict[str, Any], scope: Scope) -> Any:
    if len(value) == 1:
        ((key, inner),) = value.items()
        if key == "bytes":
            return evaluate.data(_DATA.validate_python(inner), scope)
        if key == "exactly":
            return _literally(inner, scope)
    if value.keys() == {"repeat", "times"}:
        return _repeated(value, scope)
    return _literally(value, scope)


def _literally(value: Any, scope: Scope) -> Any:
    if isinstance(value, dict):
        return {scope.text(key): made(one, scope) for key, one in value.items()}
    return made(value, scope)


def _repeated(value: dict[str, Any], scope: Scope) -> str:
    """A long text, as `{repeat: x, times: 64KiB}`; what a text of one character has in bytes."""
    text, times = scope.text(value["repeat"]), scope.number(value["times"])
    if len(text.encode()) * times > evaluate.LARGEST:
        raise BadValue(f"{len(text)} characters {times} times are more than one step may send")
    return text * times


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


# ---------------------------------------------------------------- how they are written and told


def shown(value: Any) -> str:
    """For people: JSON, bytes as text and hexadecimal, bounded."""
    if isinstance(value, bytes):
        return excerpt(value)
    text = json.dumps(value, ensure_ascii=False, default=_bytes_told)
    return quoted(text)[1:-1] if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(text)} characters)"


def _bytes_told(value: Any) -> Any:
    return {"bytes": value.hex(" ")} if isinstance(value, bytes) else list(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def captures(value: Any) -> Iterator[str]:
    """The names that an expectation captures."""
    if isinstance(value, dict):
        if form_of(value) == "capture":
            yield str(value["capture"])
        for inner in value.values():
            yield from captures(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from captures(inner)


def _check_match(value: Any) -> None:
    """Raises ValueError where a form is written wrongly."""
    form = form_of(value)
    if form is not None:
        _check_form(form, value[form])
    elif isinstance(value, dict):
        for inner in value.values():
            _check_match(inner)
    elif isinstance(value, tuple):
        for inner in value:
            _check_match(inner)


def _check_form(form: str, inner: Any) -> None:
    if form == "any" and inner not in KINDS:
        hint = did_you_mean(str(inner), KINDS) or f"; it is one of {', '.join(KINDS)}"
        raise ValueError(f"{{any: {inner}}} is no kind of value{hint}")
    if form in ("any_of", "in_any_order") and (not isinstance(inner, tuple) or not inner):
        raise ValueError(f"{{{form}: ...}} takes a list, as {{{form}: [a, b]}}")
    if form == "has" and not isinstance(inner, dict):
        raise ValueError("{has: ...} takes keys and values, as {has: {text: hi}}")
    if form == "capture" and not (isinstance(inner, str) and re.match(VARIABLE, inner)):
        raise ValueError("{capture: ...} takes a name of letters, digits and '_'")
    if form == "matches":
        compile_pattern(inner if isinstance(inner, str) else "")
    if form == "bytes":
        _check_bytes(inner)
    elif form not in ("any", "capture", "matches"):
        _check_match(inner)


def _check_bytes(inner: Any) -> None:
    try:
        _DATA.validate_python(inner)
    except ValidationError:
        raise ValueError("{bytes: ...} takes data, as {bytes: {hex: '01 02'}}") from None


def _check_made(value: Any) -> None:
    """Raises ValueError for an expectation where a value is sent."""
    if isinstance(value, dict):
        form = form_of(value)
        if form == "bytes":
            return _check_bytes(value["bytes"])
        if form not in (None, "exactly"):
            raise ValueError(
                f"{{{form}: ...}} says what is received; to send it as it stands write {{exactly: ...}}"
            )
        for inner in value.values():
            _check_made(inner)
    elif isinstance(value, tuple):
        for inner in value:
            _check_made(inner)
    return None


_ANYTHING = WithJsonSchema({})
Json = Annotated[Any, checked_by(_check_made), _ANYTHING]
"""A value to send."""
JsonMatch = Annotated[Any, checked_by(_check_match), _ANYTHING]
"""A value that is received."""


def names_in(value: Any) -> Iterator[str]:
    """The variables that it asks for."""
    for _, text in templates.texts_in(value):
        yield from templates.names(text)
