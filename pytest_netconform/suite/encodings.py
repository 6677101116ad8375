"""Texts by encoding: the table `texts` of a suite."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, StrictStr

from .values import check_encoding, checked_by, in_text

OTHERS = "others"
"""Stands for every encoding that the table does not name and that can write the text."""
ENCODING_NAME = r"^[A-Za-z][A-Za-z0-9_.-]*$"


def normal(encoding: str) -> str:
    """One name for all spellings of an encoding. Raises LookupError where there is none."""
    return codecs.lookup(encoding).name


def writes(text: str, encoding: str) -> bool:
    """Whether the encoding has all of the characters."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def text_in(forms: Mapping[str, str], encoding: str) -> str | None:
    """What the table has for this encoding; None where it has nothing."""
    wanted = normal(encoding)
    for name, text in forms.items():
        if name != OTHERS and normal(name) == wanted:
            return text
    text = forms.get(OTHERS, "")
    return text if text and writes(text, encoding) else None


def _encoding_or_others(name: str) -> None:
    if name != OTHERS:
        check_encoding(name)


def _plain_is_for_all(value: object) -> object:
    return {OTHERS: value} if isinstance(value, str) else value


_Key = Annotated[StrictStr, Field(pattern=ENCODING_NAME), checked_by(in_text(_encoding_or_others))]
InEncodings = Annotated[
    dict[_Key, StrictStr],
    Field(min_length=1),
    BeforeValidator(_plain_is_for_all, json_schema_input_type=StrictStr | dict[_Key, StrictStr]),
]
