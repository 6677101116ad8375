"""What a target may have: the words of `needs`, `when` and of a declared profile."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StrictStr, WithJsonSchema

from ..errors import did_you_mean

FEATURES: dict[str, str] = {
    "echo": "answers every byte with that byte",
    "acknowledge": "answers with a fixed text",
    "replies": "answers at all",
    "prints": "prints the text that it receives",
    "concurrent": "serves many clients at once",
    "many-messages": "answers many messages on one connection",
    "closes-at-eof": "closes its side after the client has closed its own",
    "full-duplex": "may keep its side open after the client has closed its own, as its assignment says",
}

WORDS = (*FEATURES, *(f"no-{feature}" for feature in FEATURES))
"""A feature, or `no-` and a feature where the target must not have it."""


def _known(word: str) -> str:
    if word not in WORDS:
        hint = did_you_mean(word, WORDS) or f"; they are {', '.join(FEATURES)}"
        raise ValueError(f"no feature is called {word!r}{hint}")
    return word


Feature = Annotated[StrictStr, AfterValidator(_known), WithJsonSchema({"enum": list(WORDS)})]
