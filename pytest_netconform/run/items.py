"""What there is to play: the checks of a suite, one item for each value of their parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ..suite import templates
from ..suite.evaluate import BadValue
from ..suite.model import Check, Suite
from .stage import NotApplicable


@dataclass(frozen=True)
class Item:
    """A check with one set of its parameters. `chosen` tells that the user named its suite: then the
    target must speak as the suite needs, whatever the probe saw."""

    suite: Suite
    check: Check
    binding: Mapping[str, Any]
    shown_path: str
    chosen: bool = False

    @property
    def slug(self) -> str:
        """`slug`, or `slug[n=10]` where the check has parameters."""
        if not self.binding:
            return self.check.slug
        values = ",".join(f"{key}={value}" for key, value in self.binding.items())
        return f"{self.check.slug}[{values}]"

    @property
    def id(self) -> str:
        return f"{self.suite.name}/{self.slug}"


def items_of(suite: Suite, shown_path: str, chosen: bool = False) -> Iterator[Item]:
    """The suite's checks in their order, one item for each value of `for_each`."""
    for check in suite.checks.values():
        bindings: list[dict[str, Any]] = [{}]
        for key, values in check.for_each.items():
            bindings = [{**binding, key: value} for binding in bindings for value in values]
        for binding in bindings:
            yield Item(suite, check, binding, shown_path, chosen)


def params_of(suite: Suite, overrides: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """The suite's parameters with what the command line says of them (the last one wins)."""
    params: dict[str, Any] = dict(suite.params)
    for pattern, key, value in overrides:
        if fnmatchcase(suite.name, pattern) and key in params:
            params[key] = _as_type_of(params[key], value)
    return params


def texts_of(suite: Suite, check: Check, encoding: str) -> dict[str, str]:
    """The suite's texts in this encoding. Raises NotApplicable where one that the check uses is missing."""
    texts = suite.texts_in(encoding)
    for name in sorted(check.variables & suite.texts.keys() - texts.keys()):
        raise NotApplicable(f"the suite has no text {name!r} for {encoding}")
    return texts


def _as_type_of(default: Any, text: str) -> Any:
    if isinstance(default, bool):
        return text.lower() in ("true", "1", "yes")
    if isinstance(default, int | float):
        try:
            return type(default)(text)
        except ValueError:
            raise BadValue(f"--param: {text!r} is no number") from None
    return text


def filled(texts: Mapping[str, str | None], variables: Mapping[str, Any]) -> dict[str, str | None]:
    """A title may name the parameter of its item."""
    return {lang: str(templates.fill(text, variables)) if text else None for lang, text in texts.items()}
