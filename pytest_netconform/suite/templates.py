"""`${name}` in the texts of a suite. `$${` writes a literal `${`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PATTERN = re.compile(r"\$(\$)?\{(?P<name>\w+)\}")


def names(text: str) -> list[str]:
    """The variables that `text` asks for."""
    return [found["name"] for found in _PATTERN.finditer(text) if not found[1]]


def names_in(value: Any) -> Iterator[str]:
    """The variables asked for anywhere inside plain values."""
    if isinstance(value, str):
        yield from names(value)
    elif isinstance(value, dict):
        for child in value.values():
            yield from names_in(child)
    elif isinstance(value, (tuple, list)):
        for child in value:
            yield from names_in(child)


def fill(text: str, variables: Mapping[str, Any]) -> Any:
    """`text` with its variables put in; a text that is one variable alone keeps that value's type."""
    alone = _PATTERN.fullmatch(text)
    if alone and not alone[1]:
        return variables[alone["name"]]
    return _PATTERN.sub(lambda found: found[0][1:] if found[1] else str(variables[found["name"]]), text)
