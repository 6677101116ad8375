"""A suite's file -> its frozen model, or all of its mistakes at once, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..errors import SuiteError, did_you_mean
from .meaning import check_meaning
from .model import Check, Suite
from .source import Path_, Source, Value, read
from .steps import VERBS, Repeat, Step, verb_of
from .values import DATA_FORMS, MATCH_FORMS, Model

FORM_KEYS = frozenset(next(iter(form.model_fields)) for form in (*DATA_FORMS, *MATCH_FORMS))


def load(path: Path, shown: str | None = None) -> Suite:
    """Read, validate and check one suite.

    `shown` is how messages name the file (default: as given). Raises SuiteError with every problem.
    """
    source = read(path, shown or str(path))
    suite: Suite | None = None
    try:
        suite = Suite.model_validate(source.value)
    except ValidationError as exc:
        _report(exc.errors(include_url=False), source)
    else:
        _give_places(suite, source)
        suite.came_from(path)
        for where, text in check_meaning(suite):
            source.problem(source.place(where), text)
    if source.problems or suite is None:
        raise SuiteError(tuple(sorted(source.problems, key=lambda p: (p.line, p.column))))
    return suite


def _give_places(suite: Suite, source: Source) -> None:
    for slug, check in suite.checks.items():
        path: Path_ = ("checks", slug)
        check.name(f"{suite.name}/{slug}", source.place(path, key=True)[0])
        _place_steps(check.steps, (*path, "steps"), source)


def _place_steps(steps: Iterable[Step], path: Path_, source: Source) -> None:
    for i, step in enumerate(steps):
        step.place(source.place((*path, i))[0])
        if isinstance(step, Repeat):
            _place_steps(step.do, (*path, i, "do"), source)


# ---------------------------------------------------------------- messages


def _report(errors: list[ErrorDetails], source: Source) -> None:
    seen: set[tuple[int, int]] = set()
    for error in errors:
        path, value = _where(error["loc"], source.value)
        is_key = error["type"] == "extra_forbidden" or "[key]" in error["loc"]
        place = source.place(path, key=is_key)
        if place not in seen:  # a union reports each of its arms; the first says enough
            seen.add(place)
            source.problem(place, _message(error, path, value))


def _where(loc: tuple[str | int, ...], value: Value) -> tuple[Path_, Value]:
    """The path in the file for pydantic's location, which also names the arms of unions it took."""
    path: Path_ = ()
    tag_open = False
    for part in loc:
        if isinstance(value, dict) and tag_open and part in (verb_of(value), *FORM_KEYS) and part in value:
            tag_open = False
        elif isinstance(value, dict) and part in value:
            path, value, tag_open = (*path, part), value[str(part)], True
            if path[-2:-1] and isinstance(path[-2], int):
                tag_open = True
        elif isinstance(value, tuple) and isinstance(part, int) and part < len(value):
            path, value, tag_open = (*path, part), value[part], True
    return path, value


def _message(error: ErrorDetails, path: Path_, value: Value) -> str:
    name = str(error["loc"][-1])
    special = _MESSAGES.get(error["type"])
    if special:
        return special(error, path, value)
    text = error["msg"].removeprefix("Value error, ")
    text = text[:1].lower() + text[1:]
    where = next((str(p) for p in reversed(path) if isinstance(p, str)), name)
    return f"{where!r}: {text}{_advice(value)}"


def _advice(value: Value) -> str:
    if isinstance(value, bool | int | float):
        return f'; as text it is written "{value}", in quotes'
    if value in ("yes", "no", "on", "off"):
        return "; write true or false"
    return ""


def _unknown_key(error: ErrorDetails, path: Path_, value: Value) -> str:
    key = str(error["loc"][-1])
    return f"unknown key {key!r}{did_you_mean(key, _known_keys(path[:-1], error))}"


def _missing(error: ErrorDetails, path: Path_, value: Value) -> str:
    return f"the key {error['loc'][-1]!r} is missing"


def _no_verb(error: ErrorDetails, path: Path_, value: Value) -> str:
    if not isinstance(value, dict):
        return f"a step is written 'verb: ...', not {value!r}"
    wrong = next(iter(value), "")
    for key in value:
        if difflib.get_close_matches(key, VERBS, 1):
            wrong = key
    hint = did_you_mean(wrong, VERBS) or f"; verbs are {', '.join(VERBS)}"
    return f"no verb here: {wrong!r}{hint}"


def _literal(error: ErrorDetails, path: Path_, value: Value) -> str:
    expected = str(error.get("ctx", {}).get("expected", "")).replace("'", "")
    words = [word.strip() for part in expected.split(",") for word in part.split(" or ")]
    close = did_you_mean(str(value), words)
    return f"{value!r} is not one of {', '.join(w for w in words if w)}{close}"


def _pattern(error: ErrorDetails, path: Path_, value: Value) -> str:
    is_key = "[key]" in error["loc"]
    is_slug = is_key or path == ("suite",)
    shape = "lower-case words joined by '-'" if is_slug else "a letter, then letters, digits, '-' or '_'"
    return f"{path[-1] if is_key else value!r} is no name here: write {shape}"


def _empty(error: ErrorDetails, path: Path_, value: Value) -> str:
    return f"{path[-1]!r} is empty: write at least one"


_MESSAGES: dict[str, Callable[[ErrorDetails, Path_, Value], str]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "step": _no_verb,
    "literal_error": _literal,
    "string_pattern_mismatch": _pattern,
    "too_short": _empty,
}


def _keys(model: type[Model]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _known_keys(path: Path_, error: ErrorDetails) -> list[str]:
    """The keys that the model at this place allows."""
    if not path:
        return _keys(Suite)
    if len(path) == 2 and path[0] == "checks":
        return _keys(Check)
    if isinstance(path[-1], int):
        verb = next((str(p) for p in reversed(error["loc"][:-1]) if p in VERBS), None)
        return _keys(VERBS[verb]) if verb else list(VERBS)
    return sorted({key for model in _nested_models() for key in _keys(model)})


def _nested_models() -> list[type[Any]]:
    found: list[type[Any]] = []
    queue: list[type[Any]] = [Model]
    while queue:
        for model in queue.pop().__subclasses__():
            queue.append(model)
            if not issubclass(model, Suite | Check | Step):
                found.append(model)
    return found
