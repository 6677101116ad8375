"""A check with the values of one example put in, written as YAML that a suite can hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import templates
from .model import Check

SLUG_END = "smallest"
KEPT = ("needs", "server", "deadline")
"""What decides how a check is played, beside its steps."""
NUMBERS = ("crowd", "times", "every", "first", "after", "random", "numbers", "length", "receive_buffer")
"""Keys whose value may be written as a number; elsewhere it is text."""
_PLAIN = re.compile(r"[A-Za-z][\w-]*(\[[0-9]+\])?")
_MEANS_SOMETHING = ("null", "true", "false")


def as_yaml(check: Check, values: Mapping[str, Any]) -> str:
    """The check as one entry of `checks`, where `values` stand for what `given` and `for_each` name.

    Text and numbers are put in as they are, bytes as `{hex: ...}`. Parameters stay variables.
    """
    title = {
        lang: templates.fill_known(text, values) for lang, text in check.title.model_dump().items() if text
    }
    lines = [
        f"  {check.slug}-{SLUG_END}:",
        f"    title: {_flow(title)}",
        *(f"    {key}: {_flow(getattr(check, key))}" for key in KEPT if key in check.model_fields_set),
        "    steps:",
        *(f"      - {_step(step, values)}" for step in check.steps),
    ]
    return "\n".join(lines) + "\n"


def _step(step: Any, values: Mapping[str, Any]) -> str:
    dumped = step.model_dump(by_alias=True, exclude_unset=True)
    written = _put_in({step.verb: dumped.pop(step.verb), **dumped}, values)
    if written.get("cut") == ():
        del written["cut"]
    return _entry(written) if len(written) == 1 else _flow(written)


def _put_in(value: Any, values: Mapping[str, Any], key: str = "") -> Any:
    """The plain values of a step with the variables replaced; `key` is the nearest one above."""
    if isinstance(value, dict):
        return {name: _put_in(child, values, name) for name, child in value.items()}
    if isinstance(value, tuple):
        return tuple(_put_in(child, values, key) for child in value)
    if not isinstance(value, str):
        return value
    filled = templates.fill_known(value, values)
    if isinstance(filled, bytes):
        return {"hex": filled.hex(" ")}
    if key == "cut" and isinstance(filled, int):
        return (filled,)
    is_whole = isinstance(filled, int) and not isinstance(filled, bool) and key in NUMBERS
    return filled if is_whole or isinstance(filled, tuple) else str(filled)


# ---------------------------------------------------------------- YAML in flow style


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(_entries(value))}}}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return _text(value) if isinstance(value, str) else str(value)


def _entry(value: dict[str, Any]) -> str:
    return next(_entries(value))


def _entries(value: dict[str, Any]) -> Iterator[str]:
    return (f"{_text(key)}: {_flow(child)}" for key, child in value.items())


def _text(text: str) -> str:
    """Plain where nobody can take it for anything else; otherwise in double quotes (YAML 1.2.2, 7.3.1)."""
    if _PLAIN.fullmatch(text) and text.isascii() and text.lower() not in _MEANS_SOMETHING:
        return text
    return f'"{"".join(map(_in_quotes, text))}"'


def _in_quotes(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
