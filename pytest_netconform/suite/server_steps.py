"""The verbs that look at the server or act on it, rather than on a client."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StrictInt, Tag

from .step import Step
from .values import TEXT, Count, Duration, Model, Name, Names, Size, by_kind, tag_of

# ---------------------------------------------------------------- its state


class Released(Model):
    """The server has let go of its end of this client's connection."""

    released: Names


class HasRead(Model):
    """The server has read everything that this client sent."""

    has_read: Names


class PauseOf(Model):
    """Only the main process stands still; its children go on."""

    pause: Literal["main"]


class DescriptorsLeft(Model):
    """From here on the server can open only so many descriptors more; `any` ends that."""

    descriptors_left: Annotated[
        Annotated[Literal["any"], Tag(TEXT)] | Annotated[Count, Tag("count")],
        Discriminator(lambda value: TEXT if value == "any" else "count"),
    ]


class Server(Step):
    """Looks at the server, or acts on it.

    alive, died: whether it runs. pause, resume: every thread of it stands still, and goes on;
    {pause: main}: those of its main process.
    idle: all of its threads wait. {released: alice}, {has_read: alice}: what became of a connection.
    restart: it is killed while clients are connected and started again at once on its port.
    second-copy-refused: a second copy on the same port says so and ends with an error status.
    no-orphans: after `signal: TERM` none of its processes goes on serving when the main one has ended.
    {descriptors_left: 4}: it can open only so many more; {descriptors_left: any} ends that.
    """

    verb = "server"
    example = "server: {released: alice}"
    expects = True
    server: Annotated[
        Annotated[
            Literal[
                "alive",
                "died",
                "pause",
                "resume",
                "idle",
                "restart",
                "second-copy-refused",
                "no-orphans",
            ],
            Tag(TEXT),
        ]
        | Annotated[Released, Tag(tag_of("released"))]
        | Annotated[HasRead, Tag(tag_of("has_read"))]
        | Annotated[PauseOf, Tag(tag_of("pause"))]
        | Annotated[DescriptorsLeft, Tag(tag_of("descriptors_left"))],
        by_kind(
            "alive, died, pause, resume, idle, restart, second-copy-refused, no-orphans, {released: alice}, "
            "{has_read: alice}, {pause: main} or {descriptors_left: 4}",
            Released,
            HasRead,
            PauseOf,
            DescriptorsLeft,
        ),
    ]

    def actors(self) -> tuple[str, ...]:
        match self.server:
            case Released(released=named) | HasRead(has_read=named):
                return (named,) if isinstance(named, str) else named
        return ()

    def can_fail(self) -> bool:
        acts = ("pause", "resume")
        return self.server not in acts and not isinstance(self.server, PauseOf | DescriptorsLeft)

    def ends_connections(self) -> bool:
        return self.server == "restart"


# ---------------------------------------------------------------- signals

SignalName = Literal["TERM", "INT", "HUP", "KILL"]
Status = StrictInt | SignalName


class Exits(Model):
    """The whole process tree ends in time; `status` are exit statuses, or the signals that ended it."""

    within: Duration = "2s"
    status: tuple[Status, ...] | None = Field(None, min_length=1)


class Then(Model):
    exits: Exits


class Signal(Step):
    """The server gets a signal, and perhaps ends by it.

    INT reaches its whole process group, as Ctrl-C at a terminal does, the others its main process alone."""

    verb = "signal"
    example = "{signal: TERM, then: {exits: {within: 2s, status: [0, TERM]}}}"
    signal: SignalName
    then: Then | None = None

    def can_fail(self) -> bool:
        return self.then is not None


# ---------------------------------------------------------------- what it prints


class Printed(Model):
    contains: str
    times: Count = 1
    in_pieces: bool = Field(
        False, description="Its characters, wherever they are printed; for text that is sent in pieces."
    )
    names: Name | None = Field(None, description="No line with the text names another client's port.")


class Log(Step):
    """The server prints this text, in the encoding of its output, so many times in this check."""

    verb = "log"
    example = "{log: {contains: 你, times: 1}, when: prints}"
    expects = True
    log: Printed

    def actors(self) -> tuple[str, ...]:
        return (self.log.names,) if self.log.names else ()


# ---------------------------------------------------------------- what it uses


class GrowsAtMost(Model):
    """So much more than was remembered."""

    grows_at_most: Size


class AtMost(Model):
    """So much in all."""

    at_most: Size


Level = Annotated[
    Annotated[Literal["back"], Tag(TEXT)]
    | Annotated[GrowsAtMost, Tag(tag_of("grows_at_most"))]
    | Annotated[AtMost, Tag(tag_of("at_most"))],
    by_kind("back, {grows_at_most: 5} or {at_most: 2}", GrowsAtMost, AtMost),
]


class Levels(Model):
    """Of the whole process tree. `connections` are its clients' that it has not let go of."""

    descriptors: Level | None = None
    threads: Level | None = None
    processes: Level | None = None
    zombies: Level | None = None
    connections: Level | None = None
    memory: Level | None = None

    def given(self) -> dict[str, Any]:
        """The levels that the suite names."""
        return {name: level for name in type(self).model_fields if (level := getattr(self, name)) is not None}


def _kind_of_vitals(value: Any) -> str | None:
    return TEXT if isinstance(value, str) else None if isinstance(value, list | tuple) else LEVELS


LEVELS = tag_of("levels")


class Vitals(Step):
    """Remembers what the server uses, or waits until it uses no more than that.

    Levels are `back`, {grows_at_most: 5} or {at_most: 2}."""

    verb = "vitals"
    example = "{vitals: {descriptors: back, zombies: {at_most: 2}}, within: 500ms}"
    vitals: Annotated[
        Annotated[Literal["remember"], Tag(TEXT)] | Annotated[Levels, Tag(LEVELS)],
        Discriminator(
            _kind_of_vitals,
            custom_error_type="form",
            custom_error_message="remember, or levels as {descriptors: back, memory: {grows_at_most: 8MiB}}",
        ),
    ]
    within: Duration | None = None

    def can_fail(self) -> bool:
        return self.vitals != "remember"
