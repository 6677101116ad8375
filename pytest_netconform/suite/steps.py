"""The verbs: one model each. The table VERBS drives validation, the schema, lint and the reference page.

The docstring of a model is the verb's documentation, `example` is YAML that the tests load.
How a verb is played stands in `run/`, under the same name.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, StrictInt, StrictStr, Tag

from .event_steps import EVENT_VERBS, IN, Namespace
from .json_values import Json, JsonMatch
from .server_steps import Log, Server, Signal, Vitals
from .step import Step
from .values import (
    ALONE,
    LIST,
    TEXT,
    WITH_VARIABLE,
    Count,
    Data,
    Duration,
    Model,
    Name,
    Names,
    Received,
    Size,
    by_kind,
    tag_of,
)

CROWD = "crowd"


class Crowd(Model):
    """So many clients that act as one; they are called crowd[0], crowd[1], ...

    With `groups: 50` they are dealt out to groups 0 to 49 in turn; `${group}` is that of each client."""

    crowd: Count
    groups: Count | None = None


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
    namespace: Namespace | None = Field(None, description=IN)
    auth: Json | None = Field(None, description="Of Socket.IO's CONNECT.")
    transport: Literal["websocket", "polling", "upgrade", "same"] | None = Field(
        None,
        description="Of Socket.IO; default: websocket, if the target takes it. "
        "same: another namespace on the client's session.",
    )
    node: Count | None = Field(
        None, description="Of a target with several processes: its port is node 1, the next one node 2."
    )
    client: Literal["stock"] | None = Field(
        None,
        description="stock: the unchanged client of python-socketio, which first polls and then upgrades. "
        "It does not tell in which order events came.",
    )
    refused: JsonMatch | None = Field(None, description="The server answers CONNECT_ERROR, with this.")

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
    """The client receives exactly this: of a stream in however many pieces, of datagrams as one of them."""

    verb = "receive"
    example = "{receive: {reply_to: hello}, at: alice}"
    expects = True
    receive: Received
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


class Repeat(Step):
    """Plays the steps of `do` so many times; `${i}` counts from 0, with `down` the other way, to 0.

    With `until: level` only until a round in which the steps `vitals` hold, and one such round is enough:
    what leaks grows in each of them, what a design legitimately keeps does not."""

    verb = "repeat"
    example = "{repeat: 3, do: [{connect: alice}, {exchange: hello, with: alice}, {close: alice}]}"
    repeat: Count
    down: bool = False
    until: Literal["level"] | None = None
    do: Annotated[tuple[AnyStep, ...], Field(min_length=1)]

    def inner(self) -> tuple[Step, ...]:
        return self.do

    def can_fail(self) -> bool:
        return any(step.can_fail() for step in self.do)


class Streaming(Model):
    """What one client sends again and again, and receives the replies to, as fast as it can."""

    stream: Data
    with_: Name = Field(alias="with")


class Meanwhile(Step):
    """While the steps of `do` are played, one client streams; then it gets the rest of its replies."""

    verb = "meanwhile"
    example = "{meanwhile: {stream: {numbers: 1MiB}, with: alice}, do: [{exchange: hello, with: bob}]}"
    expects = True
    meanwhile: Streaming
    do: Annotated[tuple[AnyStep, ...], Field(min_length=1)]

    def inner(self) -> tuple[Step, ...]:
        return self.do

    def actors(self) -> tuple[str, ...]:
        return (self.meanwhile.with_,)


_MODELS: tuple[type[Step], ...] = (
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
    Signal,
    Log,
    Vitals,
    Repeat,
    Meanwhile,
    *EVENT_VERBS,
)
VERBS: dict[str, type[Step]] = {model.verb: model for model in _MODELS}


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
