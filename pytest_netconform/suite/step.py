"""What all verbs have in common: the model of one step."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, PrivateAttr

from .features import Feature
from .values import Model

PREPOSITIONS = {"from_": "from", "at": "at", "with_": "with"}
ACTOR_FIELDS = (
    *("from_", "at", "with_", "half_close", "close", "reset", "ended", "stall", "resume", "ignore"),
    *("fence", "disconnect", "disconnected"),
)


class Step(Model):
    """One action or expectation of a check."""

    verb: ClassVar[str]
    example: ClassVar[str]
    expects: ClassVar[bool] = False

    when: Feature | None = Field(None, description="Played only by a target that has this feature.")
    _line: int = PrivateAttr(0)

    @property
    def line(self) -> int:
        """The line of the suite on which the step stands, from 1."""
        return self._line

    def place(self, line: int) -> None:
        self._line = line

    def actors(self) -> tuple[str, ...]:
        """The actors that the step names, other than those it connects."""
        found: list[str] = []
        for field in ACTOR_FIELDS:
            if field in type(self).model_fields:
                value = getattr(self, field)
                found += [value] if isinstance(value, str) else list(value or ())
        return tuple(found)

    @classmethod
    def preposition(cls) -> str | None:
        """`from`, `at` or `with` where the verb takes one; it may be left out with a single client."""
        return next((word for field, word in PREPOSITIONS.items() if field in cls.model_fields), None)

    def leaves_out_actor(self) -> bool:
        return self.preposition() is not None and not self.actors()

    def can_fail(self) -> bool:
        """Whether a target can fail here by what it does, not only by being gone."""
        return self.expects

    def captures(self) -> set[str]:
        """The names that it gives to parts of what it receives."""
        return set()

    def inner(self) -> tuple[Step, ...]:
        """The steps that it plays in its turn."""
        return ()

    def ends_connections(self) -> bool:
        """Whether no client is connected any more afterwards."""
        return False
