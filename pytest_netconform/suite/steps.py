"""The verbs: one model each. The table VERBS drives validation, the schema, lint and the reference page.

The docstring of a model is the verb's documentation, `example` is YAML that the tests load.
How a verb is played stands in `run/`, under the same name.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, PrivateAttr, StrictInt, StrictStr, Tag

from .features import Feature
from .values import (
    ALONE,
    LIST,
    TEXT,
    WITH_VARIABLE,
    Count,
    Data,
    Duration,
    Match,
    Model,
    Name,
    Names,
    Size,
    by_kind,
    tag_of,
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


class Crowd(Model):
    """So many clients that act as one; they are called crowd[0], crowd[1], ..."""

    crowd: Count


class Connect(Step):
    """Connects one client, several, or a crowd; never faster than the server accepts."""

    verb = "connect"
    example = "connect: [alice, bob]"
    connect: Annotated[
        Annotated[Name, Tag(TEXT)]
        | Annotated[tuple[Name, ...], Field(min_length=1), Tag(LIST)]
        | Annotated[Crowd, Tag(tag_of("crowd"))],
        by_kind("a client's name, several as [alice, bob], or {crowd: 100}", Crowd),
    ]
    receive_buffer: Size | None = Field(None, description="Of the client's socket; small ones fill soon.")

    def connected(self) -> tuple[str, ...]:
        """The names by which other steps call the new clients."""
        if isinstance(self.connect, Crowd):
            return (CROWD,)
        return (self.connect,) if isinstance(self.connect, str) else self.connect


class Every(Model):
    """Cut after every so many bytes."""

    every: Count


def _rising(places: tuple[int, ...]) -> tuple[int, ...]:
    if not places or any(left >= right for left, right in pairwise((0, *places))):
        raise ValueError("the places of a cut rise from 1 on, as [1, 3]")
    return places


Cut = Annotated[
    Annotated[Literal["each-byte", "random"], Tag(TEXT)]
    | Annotated[StrictStr, Field(pattern=ALONE), Tag(WITH_VARIABLE)]
    | Annotated[tuple[StrictInt, ...], AfterValidator(_rising), Tag(LIST)]
    | Annotated[Every, Tag(tag_of("every"))],
    by_kind("each-byte, random, places as [1, 3], or {every: 3}", Every, variable=True),
]


class Send(Step):
    """Sends data. With `cut`, in pieces: each is written only when the server has read the one before."""

    verb = "send"
    example = "{send: 你好, from: alice, cut: [1, 3]}"
    send: Data
    from_: Names | None = Field(None, alias="from")
    cut: Cut | None = None
    order: Literal["forward", "reversed", "random"] = "forward"


class Receive(Step):
    """The client receives exactly this, in however many pieces it arrives."""

    verb = "receive"
    example = "{receive: {reply_to: hello}, at: alice}"
    expects = True
    receive: Match
    at: Names | None = None
    within: Duration | None = None


class Exchange(Step):
    """Sends data and receives the reply to it at the same time, of any size."""

    verb = "exchange"
    example = "{exchange: {random: 64KiB}, with: alice}"
    expects = True
    exchange: Data
    with_: Names | None = Field(None, alias="with")
    order: Literal["forward", "reversed", "random"] = "forward"


class AtActors(Model):
    at: Names


class Nothing(Step):
    """These clients have received nothing: an exchange of their own brings its reply and no byte before."""

    verb = "nothing"
    example = "nothing: {at: bob}"
    expects = True
    nothing: AtActors

    def actors(self) -> tuple[str, ...]:
        at = self.nothing.at
        return (at,) if isinstance(at, str) else at


class Newcomer(Step):
    """New clients get their replies: the server as a whole still serves."""

    verb = "newcomer"
    example = "newcomer: exchanges"
    expects = True
    newcomer: Literal["exchanges"]


class Blocked(Model):
    by: Name
    at: Name
    reply_to: Data


class Unblocks(Step):
    """`at` gets its reply while `by` holds its connection; if not, `by` closes, which shows who blocked."""

    verb = "unblocks"
    example = "unblocks: {by: alice, at: bob, reply_to: hello}"
    expects = True
    unblocks: Blocked

    def actors(self) -> tuple[str, ...]:
        return self.unblocks.by, self.unblocks.at


class HalfClose(Step):
    """The client ends its own direction (FIN) and goes on receiving."""

    verb = "half_close"
    example = "half_close: alice"
    half_close: Names


class Close(Step):
    """The client closes the connection in the ordinary way (FIN)."""

    verb = "close"
    example = "close: alice"
    close: Names


class Reset(Step):
    """The client aborts the connection (RST)."""

    verb = "reset"
    example = "reset: alice"
    reset: Names


class Ended(Step):
    """The server ends this connection, and sends nothing more before."""

    verb = "ended"
    example = "{ended: alice, by: fin}"
    expects = True
    ended: Names
    by: Literal["fin", "reset", "either"] = "fin"
    within: Duration | None = None


class Stall(Step):
    """The client stops reading, so that what the server sends fills the buffers."""

    verb = "stall"
    example = "stall: alice"
    stall: Names


class Resume(Step):
    """A stalled client reads again, and sends what it still had to send."""

    verb = "resume"
    example = "resume: alice"
    resume: Names


class Ignore(Step):
    """From here on nothing that this client receives is judged: the specification leaves it open."""

    verb = "ignore"
    example = "ignore: alice"
    ignore: Names


class Released(Model):
    """The server has let go of its end of this client's connection."""

    released: Names


class HasRead(Model):
    """The server has read everything that this client sent."""

    has_read: Names


class Server(Step):
    """Looks at the server (alive, died, released, has_read), or holds it (pause) and lets it go (resume)."""

    verb = "server"
    example = "server: {released: alice}"
    expects = True
    server: Annotated[
        Annotated[Literal["alive", "died", "pause", "resume"], Tag(TEXT)]
        | Annotated[Released, Tag(tag_of("released"))]
        | Annotated[HasRead, Tag(tag_of("has_read"))],
        by_kind("alive, died, pause, resume, {released: alice} or {has_read: alice}", Released, HasRead),
    ]

    def actors(self) -> tuple[str, ...]:
        if isinstance(self.server, str):
            return ()
        named = self.server.released if isinstance(self.server, Released) else self.server.has_read
        return (named,) if isinstance(named, str) else named

    def can_fail(self) -> bool:
        return self.server not in ("pause", "resume")


class Printed(Model):
    contains: str
    times: Count = 1
    in_pieces: bool = Field(
        False, description="Its characters, wherever they are printed; for text that is sent in pieces."
    )


class Log(Step):
    """The server prints this text, in the encoding of its output, so many times in this check."""

    verb = "log"
    example = "{log: {contains: 你, times: 1}, when: prints}"
    expects = True
    log: Printed


class Repeat(Step):
    """Plays the steps of `do` so many times; `${i}` counts from 0."""

    verb = "repeat"
    example = "{repeat: 3, do: [{connect: alice}, {exchange: hello, with: alice}, {close: alice}]}"
    repeat: Count
    do: Annotated[tuple[AnyStep, ...], Field(min_length=1)]

    def can_fail(self) -> bool:
        return any(step.can_fail() for step in self.do)


CROWD = "crowd"
PREPOSITIONS = {"from_": "from", "at": "at", "with_": "with"}
ACTOR_FIELDS = ("from_", "at", "with_", "half_close", "close", "reset", "ended", "stall", "resume", "ignore")

VERBS: dict[str, type[Step]] = {
    model.verb: model
    for model in (
        Connect,
        Send,
        Receive,
        Exchange,
        Nothing,
        Newcomer,
        Unblocks,
        HalfClose,
        Close,
        Reset,
        Ended,
        Stall,
        Resume,
        Ignore,
        Server,
        Log,
        Repeat,
    )
}


def verb_of(value: Any) -> str | None:
    """The verb of a step as written, or of a model."""
    if isinstance(value, Step):
        return value.verb
    if isinstance(value, dict):
        return next((key for key in value if key in VERBS), None)
    return None


_union: Any = None
for _verb, _model in VERBS.items():
    _tagged: Any = Annotated[_model, Tag(tag_of(_verb))]
    _union = _tagged if _union is None else _union | _tagged


def _arm(value: Any) -> str | None:
    verb = verb_of(value)
    return tag_of(verb) if verb else None


AnyStep = Annotated[
    _union,
    Discriminator(_arm, custom_error_type="step", custom_error_message="no verb"),
]
for _model in VERBS.values():
    _model.model_rebuild(_types_namespace=globals())
