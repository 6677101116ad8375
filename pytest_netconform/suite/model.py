"""What a suite says, frozen. Built by `load`; nothing else makes these."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, StrictFloat, StrictInt, StrictStr

from ..payload import quoted
from . import templates
from .encodings import InEncodings, text_in
from .features import FEATURES, Feature
from .generators import AnyGenerator, Generator
from .json_values import Json, JsonMatch
from .signatures import Signature
from .step import Step
from .steps import AnyStep
from .values import VARIABLE, Duration, Model, checked_by

Level = Literal["must", "should", "may"]
Tier = Literal["core", "strict", "robust", "info"]
MOST_EXAMPLES = 1000
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, Field(pattern=SLUG)]
Variable = Annotated[str, Field(pattern=VARIABLE)]


def _plain(value: object) -> None:
    if isinstance(value, dict | tuple):
        raise ValueError(f"write text, a number, true, false or null, not {quoted(value)}")


Param = Annotated[StrictStr | StrictInt | StrictFloat | bool | None, checked_by(_plain)]


def _usable_in_ids(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """A value stands in the id of its item, as in `crowd[n=10]`."""
    written = [str(value) for value in values]
    for text in written:
        if not re.fullmatch(r"[\w.+-][\w .+-]*", text):
            raise ValueError(
                f"{quoted(text)} stands in names of checks: use letters, digits, blanks and . + - _"
            )
        if written.count(text) > 1:
            raise ValueError(f"{quoted(text)} stands here twice")
    return values


Values = Annotated[tuple[Param, ...], Field(min_length=1), AfterValidator(_usable_in_ids)]

TIERS: tuple[Tier, ...] = ("core", "strict", "robust", "info")


class Text(Model):
    """A text in two languages; a plain string counts as English."""

    en: str
    zh: str | None = None

    def in_language(self, lang: str) -> str:
        return self.zh if lang == "zh" and self.zh else self.en


def _plain_is_english(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


Texts = Annotated[Text, BeforeValidator(_plain_is_english, json_schema_input_type=str | Text)]


def _always_many(value: object) -> object:
    return value if isinstance(value, tuple) else (value,)


def _one_or_many(kind: Any) -> BeforeValidator:
    return BeforeValidator(_always_many, json_schema_input_type=kind | tuple[kind, ...])


SomeNames = Annotated[tuple[StrictStr, ...], _one_or_many(str)]
SomeFeatures = Annotated[tuple[Feature, ...], _one_or_many(Feature)]
SomeSignatures = Annotated[tuple[Signature, ...], _one_or_many(Signature)]


class Clause(Model):
    """The sentence that the check holds the server to, and where it stands."""

    text: str
    see: str


class Condition(Model):
    """What really happened, for choosing a hint; every key that is given must agree."""

    server: Literal["died"] | None = None
    received: Literal["nothing", "short", "different", "extra"] | None = None
    ended: Literal["fin", "reset"] | None = None
    deadline: Literal["missed"] | None = None
    looks_like: SomeSignatures = Field((), description="The defect that the failure looks like, or several.")
    log: str | None = Field(None, description="The server printed this during the check.")


class Hint(Model):
    """What to do, in two languages, if the condition holds."""

    if_: Condition | None = Field(None, alias="if")
    en: str
    zh: str | None = None


SomeHints = Annotated[tuple[Hint, ...], _one_or_many(Hint)]


class Check(Model):
    """One requirement, played as steps."""

    title: Texts
    level: Level = Field("must", description="The word of the clause.")
    tier: Tier = Field("core", description="What fails the run: core always, the others by --gate.")
    points: int = Field(1, ge=0)
    needs: SomeFeatures = Field((), description="Skipped where the target lacks one of these.")
    requires: SomeNames = Field((), description="Skipped where one of these checks fails.")
    covers: SomeNames = Field((), description="Defects of the catalogue that this check finds.")
    clause: Clause | None = None
    server: Literal["shared", "fresh"] = Field("shared", description="fresh: started for this check.")
    deadline: Duration | None = Field(
        None, description="For the whole check; default 10s. With `given` each example has a third of it."
    )
    noise: SomeNames | None = Field(None, description="Instead of the suite's.")
    scale: bool = Field(False, description="Takes many clients or much time: played by -m scale.")
    for_each: dict[Variable, Values] = Field({}, description="One item for each value.")
    given: dict[Variable, AnyGenerator] = Field(
        {}, description="Values that Hypothesis makes up: the steps are played with many of them."
    )
    examples: int | None = Field(
        None, ge=1, le=MOST_EXAMPLES, description="How many, for a check with `given`; default 25."
    )
    steps: Annotated[tuple[AnyStep, ...], Field(min_length=1)]
    hints: SomeHints = Field((), alias="hint", description="The first whose condition holds is shown.")

    _id: str = PrivateAttr("")
    _line: int = PrivateAttr(0)

    @property
    def id(self) -> str:
        """`suite/slug`, stable for ever."""
        return self._id

    @property
    def slug(self) -> str:
        return self._id.rpartition("/")[2]

    @property
    def line(self) -> int:
        """The line of the suite on which the check starts, from 1."""
        return self._line

    @property
    def variables(self) -> frozenset[str]:
        """The names that its steps ask for."""
        texts = templates.texts_in(tuple(step.model_dump() for step in self.steps))
        return frozenset(name for _, text in texts for name in templates.names(text))

    def name(self, check_id: str, line: int) -> None:
        self._id, self._line = check_id, line


class Fence(Model):
    """An event that one client emits and another one surely receives, after everything that came before.

    In `data` and `seen`, `${by}` and `${at}` are the sids of the two, and `${marker}` a text that never
    comes twice."""

    emit: str
    data: tuple[Json, ...] = ()
    event: str
    seen: tuple[JsonMatch, ...] = Field(description="The arguments with which it arrives.")
    reaches: Literal["one", "all"] = Field("one", description="all: everybody in the namespace.")
    needs: SomeFeatures = Field((), description="Used for a target that has all of these.")


class Suite(Model):
    """A YAML file of checks with one subject."""

    suite: Slug
    title: Texts
    applies_to: Literal["tcp", "udp", "socketio"] = Field(
        description="What the clients speak, and the target must."
    )
    needs: SomeFeatures = Field((), description="Skipped where the target lacks one of these.")
    params: dict[Variable, Param] = Field({}, description="Overridden by --param suite.key=value.")
    texts: dict[Variable, InEncodings] = Field(
        {}, description="Texts that differ by the encoding in force, used as ${name}."
    )
    requires: SomeNames = Field((), description="Checks that every other check requires.")
    noise: SomeNames = Field((), description="Events that are only judged where a step asks for them.")
    fences: tuple[Fence, ...] = Field(
        (), description="How it is proven that nothing has come; the first that the target can."
    )
    checks: dict[Slug, Check] = Field(min_length=1)

    _path: Path = PrivateAttr(Path())

    @property
    def name(self) -> str:
        return self.suite

    @property
    def path(self) -> Path:
        """The file; data files of the suite stand beside it."""
        return self._path

    def requirements(self, slug: str) -> tuple[str, ...]:
        """The checks without which this one says nothing new."""
        everybody = () if slug in self.requires else self.requires
        return tuple(dict.fromkeys((*everybody, *self.checks[slug].requires)))

    def texts_in(self, encoding: str) -> dict[str, str]:
        """The texts that exist in this encoding, by name."""
        found = {name: text_in(forms, encoding) for name, forms in self.texts.items()}
        return {name: text for name, text in found.items() if text is not None}

    def came_from(self, path: Path) -> None:
        self._path = path


__all__ = [
    "FEATURES",
    "TIERS",
    "Check",
    "Clause",
    "Condition",
    "Generator",
    "Hint",
    "Param",
    "Step",
    "Suite",
    "Text",
]
