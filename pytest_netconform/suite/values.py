"""What a suite may write where bytes are sent (data) or received (matchers), and small common types."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, StrictInt, StrictStr, Tag

from ..payload import parse_duration, parse_hex, parse_size
from . import templates


class Model(BaseModel):
    """Closed and frozen: an unknown key or a wrong type is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


def checked_by(parse: Any) -> AfterValidator:
    """Keep the text as written, but refuse what `parse` refuses; a `${name}` is only known when playing."""

    def check(value: Any) -> Any:
        if not (isinstance(value, str) and templates.names(value)):
            parse(value)
        return value

    return AfterValidator(check)


Size = Annotated[StrictInt | StrictStr, checked_by(parse_size)]
Duration = Annotated[StrictStr, checked_by(parse_duration)]
Hex = Annotated[StrictStr, checked_by(parse_hex)]
Count = Annotated[StrictInt | StrictStr, checked_by(int)]
Name = Annotated[StrictStr, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
Names = Name | tuple[Name, ...]


class TextData(Model):
    """Text in an encoding of its own."""

    text: str
    encoding: str | None = None


class HexData(Model):
    """Bytes written as pairs of hexadecimal digits."""

    hex: Hex


class Base64Data(Model):
    """Bytes in base64."""

    base64: str


class RepeatData(Model):
    """The same data many times; `times` may be a count or, for one byte, a size."""

    repeat: Data
    times: Size


class RandomData(Model):
    """So many bytes, different at every place, the same in every run with the same seed."""

    random: Size


class JoinData(Model):
    """Several pieces, one after the other."""

    join: tuple[Data, ...]


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

    matches: str


class AnyOf(Model):
    """One of several; the reason stands beside it in the suite."""

    any_of: tuple[Match, ...]


class Length(Model):
    """So many bytes, whatever they are."""

    length: Size


DATA_FORMS: tuple[type[Model], ...] = (
    TextData,
    HexData,
    Base64Data,
    RepeatData,
    RandomData,
    JoinData,
    FileData,
)
MATCH_FORMS: tuple[type[Model], ...] = (ReplyTo, Contains, Matches, AnyOf, Length)


TEXT = "text in the suite's encoding"


def _by_key(noun: str, forms: tuple[type[Model], ...]) -> Discriminator:
    """Tells the form of a written value by the key that only this form has."""
    keys = {next(iter(form.model_fields)): form for form in forms}

    def form_of(value: Any) -> str | None:
        if isinstance(value, Model):
            return next(iter(type(value).model_fields))
        if isinstance(value, dict):
            return next((key for key in value if key in keys), None)
        return TEXT if isinstance(value, str) else None

    allowed = ", ".join(f"{{{key}: ...}}" for key in keys)
    return Discriminator(
        form_of,
        custom_error_type="form",
        custom_error_message=f"no {noun}: write text (a number in quotes) or one of {allowed}",
    )


_DataForms = (
    Annotated[StrictStr, Tag(TEXT)]
    | Annotated[TextData, Tag("text")]
    | Annotated[HexData, Tag("hex")]
    | Annotated[Base64Data, Tag("base64")]
    | Annotated[RepeatData, Tag("repeat")]
    | Annotated[RandomData, Tag("random")]
    | Annotated[JoinData, Tag("join")]
    | Annotated[FileData, Tag("file")]
)
Data = Annotated[_DataForms, _by_key("data", DATA_FORMS)]
Match = Annotated[
    _DataForms
    | Annotated[ReplyTo, Tag("reply_to")]
    | Annotated[Contains, Tag("contains")]
    | Annotated[Matches, Tag("matches")]
    | Annotated[AnyOf, Tag("any_of")]
    | Annotated[Length, Tag("length")],
    _by_key("matcher", (*DATA_FORMS, *MATCH_FORMS)),
]

for _form in (RepeatData, JoinData, ReplyTo, Contains, AnyOf):
    _form.model_rebuild()
