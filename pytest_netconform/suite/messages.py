"""What pydantic finds wrong, in the words of somebody who writes a suite and knows no Python."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic_core import ErrorDetails

from ..errors import did_you_mean
from ..payload import quoted
from .event_steps import NAMESPACE
from .generators import GENERATORS
from .model import SLUG, Check, Suite
from .source import Path_, Place, Source, Value
from .step import Step
from .steps import VERBS
from .values import ALL_FORMS, ALONE, NAME, VARIABLE, Model, tag_of


@dataclass(frozen=True)
class Wrong:
    """One of pydantic's errors, with the path and the value in the file that it is about."""

    error: ErrorDetails
    path: Path_
    value: Value

    @property
    def key(self) -> str:
        """The nearest key above the value."""
        return next((str(part) for part in reversed(self.path) if isinstance(part, str)), "the suite")

    @property
    def last(self) -> str:
        """The end of pydantic's location: the key that is unknown or missing."""
        return str(self.error["loc"][-1])

    def detail(self, name: str) -> str:
        return str(self.error.get("ctx", {}).get(name, ""))


def messages(errors: list[ErrorDetails], source: Source) -> Iterator[tuple[Place, str]]:
    """Yields (place in the file, what is wrong)."""
    for error in errors:
        wrong = Wrong(error, *_where(error["loc"], source.value))
        if error["type"] == "too_short" and wrong.value:
            continue  # pydantic counts only the items without mistakes of their own
        yield _place(wrong, source), _MESSAGES.get(error["type"], _other)(wrong)


def _where(loc: tuple[str | int, ...], value: Value) -> tuple[Path_, Value]:
    """The path in the file for pydantic's location, which also names the arms of unions it took."""
    path: Path_ = ()
    for part in loc:
        if isinstance(value, dict) and part in value:
            path, value = (*path, part), value[str(part)]
        elif isinstance(value, tuple) and isinstance(part, int) and part < len(value):
            path, value = (*path, part), value[part]
    return path, value


def _place(wrong: Wrong, source: Source) -> Place:
    if wrong.error["type"] == "form" and isinstance(wrong.value, dict) and wrong.value:
        return source.place((*wrong.path, next(iter(wrong.value))), key=True)
    about_key = wrong.error["type"] == "extra_forbidden" or "[key]" in wrong.error["loc"]
    return source.place(wrong.path, key=about_key)


# ---------------------------------------------------------------- one function for each kind of error


def _unknown_key(wrong: Wrong) -> str:
    key = wrong.last
    model = _model_at(wrong)
    if model and issubclass(model, Step) and key in VERBS:
        return f"two verbs in one step, {model.verb!r} and {key!r}: write two steps"
    if model is None:
        nested = _nested_keys()
        return f"unknown key {quoted(key)}{'' if key in nested else did_you_mean(key, nested)}"
    known = f"; {_owner(model)} takes {', '.join(model.written_keys())}"
    return f"unknown key {quoted(key)}{did_you_mean(key, model.written_keys()) or known}"


def _owner(model: type[Model]) -> str:
    if issubclass(model, Step):
        return f"'{model.verb}: ...'"
    return {Suite: "a suite", Check: "a check"}.get(model, f"{{{model.written_keys()[0]}: ...}}")


def _model_at(wrong: Wrong) -> type[Model] | None:
    """The model that knows no such key, where the location tells."""
    loc = wrong.error["loc"]
    if len(loc) == 1:
        return Suite
    if len(loc) == 3 and loc[0] == "checks":
        return Check
    return _TAGGED.get(str(loc[-2]))


_TAGGED: dict[str, type[Model]] = {
    **{tag_of(verb): model for verb, model in VERBS.items()},
    **{form.tag(): form for form in (*ALL_FORMS, *GENERATORS.values())},
}


def _nested_keys() -> set[str]:
    return {key for model in _nested_models() for key in model.written_keys()}


def _nested_models() -> Iterator[type[Model]]:
    for model in Model.__subclasses__():
        if model not in (Suite, Check, Step):
            yield model


def _missing(wrong: Wrong) -> str:
    return f"the key {wrong.last!r} is missing"


def _no_verb(wrong: Wrong) -> str:
    value = wrong.value
    if not isinstance(value, dict):
        return f"a step is written 'verb: ...', not {quoted(value)}"
    word = next((key for key in value if difflib.get_close_matches(key, VERBS, 1)), next(iter(value), ""))
    hint = did_you_mean(word, VERBS) or f"; verbs are {', '.join(VERBS)}"
    return f"no verb here: {quoted(word)}{hint}"


def _no_form(wrong: Wrong) -> str:
    if isinstance(wrong.value, dict) and wrong.value:
        key = next(iter(wrong.value))
        close = did_you_mean(key, re.findall(r"{(\w+):", wrong.error["msg"]))
        return f"unknown key {quoted(key)}{close or '; write ' + wrong.error['msg']}"
    return f"{wrong.key!r}: write {wrong.error['msg']}, not {quoted(wrong.value)}"


def _literal(wrong: Wrong) -> str:
    expected = wrong.detail("expected").replace("'", "")
    words = [word.strip() for part in expected.split(",") for word in part.split(" or ")]
    if not isinstance(wrong.value, str):
        return f"{wrong.key!r} is one of {', '.join(words)}, not {quoted(wrong.value)}"
    return f"{quoted(wrong.value)} is not one of {', '.join(words)}{did_you_mean(wrong.value, words)}"


def _pattern(wrong: Wrong) -> str:
    name = wrong.path[-1] if "[key]" in wrong.error["loc"] else wrong.value
    return f"{quoted(name)} is no name here: write {_SHAPES[wrong.detail('pattern')]}"


_SHAPES = {
    SLUG: "lower-case words joined by '-'",
    VARIABLE: "letters, digits and '_', not a digit first",
    NAME: "a letter, then letters, digits, '-' or '_'",
    ALONE: "each-byte, random, places as [1, 3], or one variable, as ${cuts}",
    NAMESPACE: "/, /chat or a variable",
}


def _empty(wrong: Wrong) -> str:
    return f"{wrong.key!r} is empty: write at least one"


def _not_text(wrong: Wrong) -> str:
    value = wrong.value
    if isinstance(value, int | float):  # what stands in the file may look different: 0x10, 1e3, True
        return f"{wrong.key!r} is text; write it in quotes"
    return f"{wrong.key!r} is text, not {quoted(value)}"


def _not_mapping(wrong: Wrong) -> str:
    names = {model.__name__: model for model in _nested_models()}
    model = names.get(wrong.detail("class_name"))
    shape = ", ".join(f"{key}: ..." for key in model.written_keys()) if model else "name: ..."
    return f"{wrong.key!r} is written {{{shape}}}, not {quoted(wrong.value)}"


def _not_list(wrong: Wrong) -> str:
    return f"{wrong.key!r} is a list, one '- ...' per line or [..., ...], not {quoted(wrong.value)}"


def _not_whole(wrong: Wrong) -> str:
    return f"{wrong.key!r} is a whole number, not {quoted(wrong.value)}"


def _too_small(wrong: Wrong) -> str:
    return f"{wrong.key!r} is at least {wrong.detail('ge')}, not {quoted(wrong.value)}"


def _too_large(wrong: Wrong) -> str:
    return f"{wrong.key!r} is at most {wrong.detail('le')}, not {quoted(wrong.value)}"


def _other(wrong: Wrong) -> str:
    text = wrong.error["msg"].removeprefix("Value error, ")
    return f"{wrong.key!r}: {text[:1].lower()}{text[1:]}"


_MESSAGES: dict[str, Callable[[Wrong], str]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "step": _no_verb,
    "form": _no_form,
    "literal_error": _literal,
    "string_pattern_mismatch": _pattern,
    "too_short": _empty,
    "string_type": _not_text,
    "model_type": _not_mapping,
    "dict_type": _not_mapping,
    "tuple_type": _not_list,
    "int_type": _not_whole,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_large,
}
