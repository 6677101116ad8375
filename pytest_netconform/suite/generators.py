"""What `given` may make up: one model for each kind of value. The table GENERATORS drives validation,
the schema, lint and messages. How values are drawn stands in `run/`, under the same models.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, StrictInt, StrictStr, Tag

from ..errors import did_you_mean
from ..payload import SIZE, parse_size, quoted
from .values import VARIABLE, Model, by_kind, check_encoding, checked_by, in_text, shown_to_editors

LARGEST = 64 * 1024
"""Characters or bytes that a generated value may have; a whole number may be larger."""
COMMON_ENCODINGS = ("gbk", "gb18030", "gb2312", "big5", "shift_jis", "euc-kr", "euc-jp", "utf-8", "ascii")

Bound = Annotated[StrictInt | StrictStr, checked_by(parse_size), shown_to_editors(SIZE, "")]
Kind = Literal["text", "bytes", "number", "cuts"]


def is_encoding(name: str) -> bool:
    try:
        check_encoding(name)
    except ValueError:
        return False
    return True


def _characters(text: str) -> None:
    if not text:
        raise ValueError("write an encoding, as gbk, or the characters themselves, as abc你好")
    if not is_encoding(text) and (hint := did_you_mean(text, COMMON_ENCODINGS)):
        raise ValueError(f"no encoding is called {quoted(text)}{hint}")


class Range(Model):
    """From `min` to `max`, both included."""

    min: Bound = 1
    max: Bound = 100

    @property
    def bounds(self) -> tuple[int, int]:
        return parse_size(self.min), parse_size(self.max)


def _rising(value: Range) -> Range:
    low, high = value.bounds
    if low > high:
        raise ValueError(f"min is {low}, which is more than max, {high}")
    return value


def _short(value: Range) -> Range:
    if value.bounds[1] > LARGEST:
        raise ValueError(
            f"max is {value.bounds[1]}, which is more than a generated value may have, {LARGEST}"
        )
    return value


class TextRange(Range):
    """So many characters."""

    characters: Annotated[StrictStr, checked_by(in_text(_characters))] | None = Field(
        None, description="An encoding, or the characters themselves; default: the suite's encoding."
    )


class Generator(Model):
    """A kind of value that a property check may use."""

    kind: ClassVar[Kind]
    example: ClassVar[str]

    @classmethod
    def tag(cls) -> str:
        return f"<given {cls.kind}>"


class AnyText(Generator):
    """Text that exists in the suite's encoding, without characters on which implementations disagree."""

    kind = "text"
    example = "{text: {characters: gbk, min: 1, max: 200}}"
    text: Annotated[TextRange, AfterValidator(_rising), AfterValidator(_short)]


class AnyBytes(Generator):
    """Any bytes."""

    kind = "bytes"
    example = "{bytes: {min: 1, max: 200}}"
    bytes: Annotated[Range, AfterValidator(_rising), AfterValidator(_short)]


class AnyNumber(Generator):
    """A whole number: of clients, repetitions, or bytes."""

    kind = "number"
    example = "{number: {min: 1, max: 64KiB}}"
    number: Annotated[Range, AfterValidator(_rising)]


class AnyCuts(Generator):
    """Places, inside of the generated data of this name, at which to cut it; perhaps none."""

    kind = "cuts"
    example = "{cuts: text}"
    cuts: Annotated[StrictStr, Field(pattern=VARIABLE)]


GENERATORS: dict[str, type[Generator]] = {
    model.kind: model for model in (AnyText, AnyBytes, AnyNumber, AnyCuts)
}

_FORMS = " or ".join(f"{{{kind}: ...}}" for kind in GENERATORS)
AnyGenerator = Annotated[
    Annotated[AnyText, Tag(AnyText.tag())]
    | Annotated[AnyBytes, Tag(AnyBytes.tag())]
    | Annotated[AnyNumber, Tag(AnyNumber.tag())]
    | Annotated[AnyCuts, Tag(AnyCuts.tag())],
    by_kind(_FORMS, *GENERATORS.values()),
]

SAMPLES: dict[Kind, Any] = {"text": "x", "bytes": b"x", "number": 1, "cuts": ()}
"""A value of each kind, for lint."""
