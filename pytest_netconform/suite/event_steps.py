"""The verbs of Socket.IO: events and their acknowledgements, in namespaces, and packets as they stand."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StrictInt, StrictStr

from .json_values import Json, JsonMatch, captures
from .step import Step
from .values import ALONE, VARIABLE, Count, Data, Duration, Model, Names, checked_when_known_by

NAMESPACE = r"^/|^\$\{"
Namespace = Annotated[StrictStr, Field(pattern=NAMESPACE)]
"""`/` or `/chat`, or by a variable."""


def _whole(value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"an id is a whole number from 0 on, or a variable, not {value!r}")


AckId = Annotated[StrictInt | Annotated[StrictStr, Field(pattern=ALONE)], checked_when_known_by(_whole)]
IN = "The namespace; default: the suite's parameter `namespace`, or /."


class Emit(Step):
    """Sends an event. With `ack` it waits for the acknowledgement, whose arguments are these.

    With `id` and no `ack` nobody waits: the acknowledgement may come or not. With `eventually` it is emitted
    again until the acknowledgement is as it should be: for what the server may find out a little later."""

    verb = "emit"
    example = "{emit: join, data: [{room: red}], from: alice, ack: [ok]}"
    emit: StrictStr
    data: tuple[Json, ...] = Field((), description="The arguments.")
    from_: Names | None = Field(None, alias="from")
    ack: tuple[JsonMatch, ...] | None = Field(None, description="Wait for it; its arguments.")
    id: AckId | None = None
    eventually: bool = False
    namespace: Namespace | None = Field(None, description=IN)
    within: Duration | None = None

    def can_fail(self) -> bool:
        return self.ack is not None

    def captures(self) -> set[str]:
        return set(captures(self.ack or ()))


class Acked(Step):
    """The acknowledgement with this id has come, once, with these arguments.

    With `or_ended` the server may end the session instead: where the event is malformed or beyond a limit."""

    verb = "acked"
    example = "{acked: 7, data: [ok], at: alice}"
    expects = True
    acked: AckId
    data: tuple[JsonMatch, ...] = ()
    at: Names | None = None
    or_ended: bool = False
    namespace: Namespace | None = Field(None, description=IN)
    within: Duration | None = None

    def captures(self) -> set[str]:
        return set(captures(self.data))


class NotAcked(Step):
    """No acknowledgement with this id has come: a round trip of the client afterwards brings none."""

    verb = "not_acked"
    example = "{not_acked: 7, at: alice}"
    expects = True
    not_acked: AckId
    at: Names | None = None
    namespace: Namespace | None = Field(None, description=IN)


class Event(Step):
    """The next event that the client receives is this one, with these arguments.

    With `among` only events with such arguments are looked at, and others may come in between: of one
    sender, say. With `answer` the client acknowledges it so; with `ack_id` its id is kept by that name."""

    verb = "event"
    example = "{event: said, data: [{has: {text: hi}}], at: [alice, bob]}"
    expects = True
    event: StrictStr
    data: tuple[JsonMatch, ...] | None = Field(None, description="The arguments; left out: any.")
    among: tuple[JsonMatch, ...] | None = None
    at: Names | None = None
    answer: tuple[Json, ...] | None = None
    ack_id: Annotated[str, Field(pattern=VARIABLE)] | None = None
    namespace: Namespace | None = Field(None, description=IN)
    within: Duration | None = None

    def captures(self) -> set[str]:
        return {*captures(self.data or ()), *({self.ack_id} if self.ack_id else ())}


class NoEvent(Step):
    """These clients have received no such event: proven by a fence, which `fence` sends them.

    Who has emitted last sends it, if nobody is named: it comes after everything that he caused. With `among`
    only events with such arguments count: about one client, say."""

    verb = "no_event"
    example = "{no_event: said, at: dave, fence: carol}"
    expects = True
    no_event: StrictStr
    among: tuple[JsonMatch, ...] | None = None
    at: Names
    fence: Names | None = None
    namespace: Namespace | None = Field(None, description=IN)


class Answer(Step):
    """Acknowledges an event of the server that came before, by its id."""

    verb = "answer"
    example = '{answer: "${question}", data: [yes], from: bob}'
    answer: AckId
    data: tuple[Json, ...] = ()
    from_: Names | None = Field(None, alias="from")
    namespace: Namespace | None = Field(None, description=IN)


class Disconnect(Step):
    """The client leaves a namespace (DISCONNECT); its session goes on.

    With `unanswered` no DISCONNECT comes back: a round trip of the client afterwards brings none."""

    verb = "disconnect"
    example = "{disconnect: alice, namespace: /chat}"
    disconnect: Names
    unanswered: bool = False
    namespace: Namespace | None = Field(None, description=IN)

    def can_fail(self) -> bool:
        return self.unanswered


class Disconnected(Step):
    """The server has disconnected the client from the namespace, by DISCONNECT or with its session."""

    verb = "disconnected"
    example = "{disconnected: bob, namespace: /chat}"
    expects = True
    disconnected: Names
    namespace: Namespace | None = Field(None, description=IN)
    within: Duration | None = None


class SendPacket(Step):
    """Sends a Socket.IO packet as it stands, valid or not; `attachments` are binary messages after it.

    `${ns}` is what stands before the payload for the namespace of the suite: nothing, or `/chat,`."""

    verb = "packet"
    example = "{packet: '3${ns}99[]', from: alice}"
    packet: StrictStr
    attachments: tuple[Data, ...] = ()
    from_: Names | None = Field(None, alias="from")


class Storming(Model):
    """`clients` join and leave `rooms` rooms in `moves` random moves each, all of them at the same time."""

    clients: Count
    rooms: Count
    moves: Count = 10


class Storm(Step):
    """Many clients join and leave rooms at random. Then one message to each room reaches exactly those who
    are its members by a model, once.

    The clients are a crowd afterwards, the rooms are called `room 0`, `room 1`, ...; one more has all."""

    verb = "storm"
    example = "storm: {clients: 200, rooms: 10, moves: 10}"
    expects = True
    storm: Storming
    namespace: Namespace | None = Field(None, description=IN)


EVENT_VERBS: tuple[type[Step], ...] = (
    Emit,
    Acked,
    NotAcked,
    Event,
    NoEvent,
    Answer,
    Disconnect,
    Disconnected,
    SendPacket,
    Storm,
)
