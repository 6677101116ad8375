"""What a suite says, frozen. Built by `load`; nothing else makes these."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, StrictFloat, StrictInt, StrictStr

from .steps import AnyStep, Step
from .values import Duration, Model

Level = Literal["must", "should", "may"]
Tier = Literal["core", "strict", "robust", "info"]
Param = StrictStr | StrictInt | StrictFloat | bool | None
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]

FEATURES: dict[str, str] = {
    "echo": "answers every byte with that byte",
    "acknowledge": "answers with a fixed text",
    "replies": "answers at all",
    "prints": "prints the text that it receives",
    "concurrent": "serves many clients at once",
    "many-messages": "answers many messages on one connection",
    "closes-at-eof": "closes its side after the client has closed its own",
}

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
    return (value,) if isinstance(value, str) else value


SomeNames = Annotated[
    tuple[str, ...], BeforeValidator(_always_many, json_schema_input_type=str | tuple[str, ...])
]


class Clause(Model):
    """The sentence that the check holds the server to, and where it stands."""

    text: str
    see: str


class Condition(Model):
    """What really happened, for choosing a hint; every key that is given must agree."""

    server: Literal["died"] | None = None
    received: Literal["nothing", "short", "different", "extra"] | None = None
    ended: Literal["fin", "reset"] | None = None
    log: str | None = Field(None, description="The server printed this during the check.")


class Hint(Model):
    """What to do, in two languages, if the condition holds."""

    if_: Condition | None = Field(None, alias="if")
    en: str
    zh: str | None = None


class Check(Model):
    """One requirement, played as steps."""

    title: Texts
    level: Level = "must"
    tier: Tier = "core"
    points: Annotated[int, Field(ge=0)] = 1
    needs: SomeNames = ()
    requires: SomeNames = ()
    covers: SomeNames = Field((), description="Defects of the catalogue that this check finds.")
    clause: Clause | None = None
    server: Literal["shared", "fresh"] = "shared"
    deadline: Duration | None = Field(None, description="For the whole check; default 10s.")
    for_each: dict[str, tuple[Param, ...]] = Field({}, description="One item for each value.")
    steps: Annotated[tuple[AnyStep, ...], Field(min_length=1)]
    hint: tuple[Hint, ...] | Hint = ()

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
    def hints(self) -> tuple[Hint, ...]:
        return self.hint if isinstance(self.hint, tuple) else (self.hint,)

    def name(self, check_id: str, line: int) -> None:
        self._id, self._line = check_id, line


class Suite(Model):
    """A YAML file of checks with one subject."""

    suite: Slug
    title: Texts
    applies_to: Literal["tcp"]
    needs: SomeNames = ()
    params: dict[str, Param] = Field({}, description="Overridden by --param suite.key=value.")
    requires: SomeNames = Field((), description="Checks that every other check requires.")
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

    def came_from(self, path: Path) -> None:
        self._path = path


__all__ = ["FEATURES", "TIERS", "Check", "Clause", "Condition", "Hint", "Param", "Step", "Suite", "Text"]
