"""`${name}` in the texts of a suite, or `${alice.sid}`. `$${` writes the two characters `${`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .source import Path_

_PATTERN = re.compile(r"\$\$\{|\$\{(?P<name>\w+|[\w-]+\.\w+)\}")


def names(text: str) -> list[str]:
    """The variables that `text` asks for."""
    return [found["name"] for found in _PATTERN.finditer(text) if found["name"]]


def is_alone(text: str) -> bool:
    """Whether it is one variable and nothing else."""
    found = _PATTERN.fullmatch(text)
    return found is not None and found["name"] is not None


def is_broken(text: str) -> bool:
    """Whether a `${` in it begins no variable."""
    return "${" in _PATTERN.sub(" ", text)


def texts_in(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    """Every text anywhere inside plain values, with the keys and indexes that lead to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from texts_in(child, (*path, key))
    elif isinstance(value, tuple):
        for i, child in enumerate(value):
            yield from texts_in(child, (*path, i))


def fill(text: str, variables: Mapping[str, Any]) -> Any:
    """`text` with its variables put in; a text that is one variable alone keeps that value's type."""
    alone = _PATTERN.fullmatch(text)
    if alone and alone["name"]:
        return variables[alone["name"]]
    return _PATTERN.sub(lambda found: str(variables[found["name"]]) if found["name"] else "${", text)


def fill_known(text: str, variables: Mapping[str, Any]) -> Any:
    """As `fill`, for another template: unknown variables stay, and what is put in is no template."""
    alone = _PATTERN.fullmatch(text)
    if alone and alone["name"] in variables and not isinstance(variables[alone["name"]], str):
        return variables[alone["name"]]

    def put(found: re.Match[str]) -> str:
        name = found["name"]
        return str(variables[name]).replace("${", "$${") if name in variables else found[0]

    return _PATTERN.sub(put, text)
