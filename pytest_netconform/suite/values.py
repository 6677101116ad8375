"""What a suite may write where bytes are sent (data) or received (matchers), and small common types."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, StrictInt, StrictStr, Tag

from ..payload import (
    COUNT,
    DURATION,
    HEX,
    SIZE,
    parse_base64,
    parse_count,
    parse_duration,
    parse_hex,
    parse_size,
    quoted,
)
from . import matching, templates


class Model(BaseModel):
    """Closed and frozen: an unknown key or a wrong type is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @classmethod
    def written_keys(cls) -> tuple[str, ...]:
        """The keys as written in a suite; the first one tells the model from others."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @classmethod
    def tag(cls) -> str:
        """Names the arm of a union that this model is."""
        return tag_of(cls.written_keys()[0])


def checked_by(parse: Callable[[Any], Any]) -> BeforeValidator:
    """Keep the value as written, but refuse what `parse` refuses."""

    def check(value: Any) -> Any:
        parse(value)
        return value

    return BeforeValidator(check)


def checked_when_known_by(parse: Callable[[Any], Any]) -> BeforeValidator:
    """As `checked_by`; but what holds a `${name}` is only known when playing."""

    def check(value: Any) -> Any:
        if not (isinstance(value, str) and templates.names(value)):
            parse(value)
        return value

    return BeforeValidator(check)


def in_text(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    """For a parser of text: leaves what is no text to the type that follows."""
    return lambda value: parse(value) if isinstance(value, str) else None


def check_encoding(name: str) -> None:
    """Raises ValueError where Python has no such text encoding."""
    try:
        "a".encode(name)
    except (LookupError, ValueError):
        raise ValueError(f"{quoted(name)} is no text encoding; write gbk, gb18030, utf-8, ...") from None


OR_VARIABLE = r"|\$\{"


def shown_to_editors(notation: re.Pattern[str], variable: str = OR_VARIABLE, least: int = 0) -> Any:
    """What a text looks like, and the least that a number in its stead may be."""
    return Field(json_schema_extra={"pattern": f"^(?:{notation.pattern})${variable}", "minimum": least})


NAME = r"^[A-Za-z][A-Za-z0-9_-]*$"
VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
ALONE = r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$"

Size = Annotated[StrictInt | StrictStr, checked_when_known_by(parse_size), shown_to_editors(SIZE)]
Count = Annotated[StrictInt | StrictStr, checked_when_known_by(parse_count), shown_to_editors(COUNT, least=1)]
Duration = Annotated[StrictStr, checked_by(parse_duration), shown_to_editors(DURATION, "")]
Hex = Annotated[StrictStr, checked_when_known_by(in_text(parse_hex)), shown_to_editors(HEX)]
Base64 = Annotated[StrictStr, checked_when_known_by(in_text(parse_base64))]
Regex = Annotated[StrictStr, checked_when_known_by(in_text(matching.compile_pattern))]
Encoding = Annotated[StrictStr, checked_by(in_text(check_encoding))]
Name = Annotated[StrictStr, Field(pattern=NAME)]

# ---------------------------------------------------------------- one of several ways to write it


def tag_of(key: str) -> str:
    """Names the arm of a union in pydantic's locations so that no key of a suite looks like it."""
    return f"<{key}>"


TEXT = tag_of("text in place")
WITH_VARIABLE = tag_of("text with a variable")
LIST = tag_of("list in place")


def by_kind(says: str, *forms: type[Model], variable: bool = False) -> Discriminator:
    """Tells the arm of a union by what is written: text, a list, or the first key of a form.

    `variable` tells that text with a `${name}` is an arm of its own.
    `says` ends the sentence "write ..." for whatever is none of them, forms as `{key: ...}`.
    """
    tags = {form.written_keys()[0]: form.tag() for form in forms}

    def arm(value: Any) -> str | None:
        if isinstance(value, Model):
            return value.tag()
        if isinstance(value, dict):
            return next((tags[key] for key in value if key in tags), None)
        if variable and isinstance(value, str) and "${" in value:
            return WITH_VARIABLE
        return TEXT if isinstance(value, str) else LIST if isinstance(value, tuple) else None

    return Discriminator(arm, custom_error_type="form", custom_error_message=says)


def _ways(text: str, forms: tuple[type[Model], ...]) -> str:
    return f"{text} or one of {', '.join(f'{{{form.written_keys()[0]}: ...}}' for form in forms)}"


Names = Annotated[
    Annotated[Name, Tag(TEXT)] | Annotated[tuple[Name, ...], Field(min_length=1), Tag(LIST)],
    by_kind("a client's name, or several as [alice, bob]"),
]

# ---------------------------------------------------------------- data and matchers


class TextData(Model):
    """Text in an encoding of its own."""

    text: str
    encoding: Encoding | None = None


class HexData(Model):
    """Bytes written as pairs of hexadecimal digits."""

    hex: Hex


class Base64Data(Model):
    """Bytes in base64."""

    base64: Base64


class RepeatData(Model):
    """The same data many times; `times` may be a count or, for one byte, a size."""

    repeat: Data
    times: Size


class RandomData(Model):
    """So many bytes, different at every place, the same in every run with the same seed."""

    random: Size


class NumbersData(Model):
    """So many bytes of numbered lines: letters and digits that are different at every place."""

    numbers: Size


class JoinData(Model):
    """Several pieces, one after the other."""

    join: tuple[Data, ...]


class FirstData(Model):
    """The first so many bytes of some data: half a character, say."""

    first: Count
    of: Data


class AfterData(Model):
    """Some data without its first so many bytes."""

    after: Count
    of: Data


class FileData(Model):
    """The content of a file inside the suite's folder."""

    file: str


class ReplyTo(Model):
    """What this target answers to the data: the data itself, or its acknowledgement."""

    reply_to: Data


class Contains(Model):
    """Anything in which this data occurs."""

    contains: Data


class Matches(Model):
    """Text, in the suite's encoding, that matches this regular expression from its start."""

    matches: Regex


class AnyOf(Model):
    """One of several; the reason stands beside it in the suite."""

    any_of: tuple[Match, ...]


class Length(Model):
    """So many bytes, whatever they are."""

    length: Size


class InAnyOrder(Model):
    """As many datagrams as stand here, each of them once; UDP keeps no order."""

    in_any_order: Annotated[tuple[Match, ...], Field(min_length=1)]


DATA_FORMS: tuple[type[Model], ...] = (
    TextData,
    HexData,
    Base64Data,
    RepeatData,
    RandomData,
    NumbersData,
    JoinData,
    FirstData,
    AfterData,
    FileData,
)
MATCH_FORMS: tuple[type[Model], ...] = (ReplyTo, Contains, Matches, AnyOf, Length)
ONE_MATCH_FORMS = (*DATA_FORMS, *MATCH_FORMS)
ALL_FORMS: tuple[type[Model], ...] = (*ONE_MATCH_FORMS, InAnyOrder)

_DataForms = (
    Annotated[StrictStr, Tag(TEXT)]
    | Annotated[TextData, Tag(tag_of("text"))]
    | Annotated[HexData, Tag(tag_of("hex"))]
    | Annotated[Base64Data, Tag(tag_of("base64"))]
    | Annotated[RepeatData, Tag(tag_of("repeat"))]
    | Annotated[RandomData, Tag(tag_of("random"))]
    | Annotated[NumbersData, Tag(tag_of("numbers"))]
    | Annotated[JoinData, Tag(tag_of("join"))]
    | Annotated[FirstData, Tag(tag_of("first"))]
    | Annotated[AfterData, Tag(tag_of("after"))]
    | Annotated[FileData, Tag(tag_of("file"))]
)
Data = Annotated[_DataForms, by_kind(_ways("text (a number in quotes)", DATA_FORMS), *DATA_FORMS)]
_MatchForms = (
    _DataForms
    | Annotated[ReplyTo, Tag(tag_of("reply_to"))]
    | Annotated[Contains, Tag(tag_of("contains"))]
    | Annotated[Matches, Tag(tag_of("matches"))]
    | Annotated[AnyOf, Tag(tag_of("any_of"))]
    | Annotated[Length, Tag(tag_of("length"))]
)
Match = Annotated[_MatchForms, by_kind(_ways("text (a number in quotes)", ONE_MATCH_FORMS), *ONE_MATCH_FORMS)]
Received = Annotated[
    _MatchForms | Annotated[InAnyOrder, Tag(tag_of("in_any_order"))],
    by_kind(_ways("text (a number in quotes)", ALL_FORMS), *ALL_FORMS),
]

for _form in (RepeatData, JoinData, FirstData, AfterData, ReplyTo, Contains, AnyOf, InAnyOrder):
    _form.model_rebuild()
