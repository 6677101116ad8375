"""Many clients that join and leave rooms at random, held against a model that says who is where."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from ..actors.client import ConnectionEnded
from ..actors.socketio import SocketioActor
from ..deadline import DeadlineMissed
from ..suite.event_steps import Storm
from ..suite.json_values import shown
from ..suite.steps import CROWD
from .event_stage import EventStage, missing, surplus
from .stage import Mismatch

JOIN, LEAVE, SAY, SAID = "join", "leave", "say", "said"
OK = ["ok"]


def play_storm(stage: EventStage, step: Storm) -> None:
    """Each client moves as soon as its last move is acknowledged, all of them at the same time. Then the
    first one says a text to each room and a last one to a room of everybody, which is the fence."""
    scope = stage.scope()
    count, rooms, moves = (
        scope.number(one) for one in (step.storm.clients, step.storm.rooms, step.storm.moves)
    )
    namespace = stage.in_namespace(step.namespace, scope)
    source = random.Random(stage.part.seed)  # noqa: S311 - the same moves in every run
    stage.room_for(count)
    clients = list(_connected(stage, count, namespace))
    members = _move(stage, clients, namespace, _plan(source, count, rooms, moves))
    everybody = f"room {rooms}"
    _all_at_once(stage, clients, namespace, [(JOIN, everybody)] * count)
    for i in range(rooms):
        _ask(stage, clients[0], namespace, SAY, {"room": f"room {i}", "text": f"text {i}"})
    _ask(stage, clients[0], namespace, SAY, {"room": everybody, "text": "end"})
    for i, client in enumerate(clients):
        due = Counter(f"text {room}" for room in range(rooms) if i in members[room])
        _hold(stage, client, namespace, due)


def _connected(stage: EventStage, count: int, namespace: str) -> Iterator[SocketioActor]:
    stage.transport, stage.node, stage.is_stock = stage.usual_transport(), 1, False
    for i in range(count):
        (client,) = stage.events_of(stage.connect(f"{CROWD}[{i}]").name)
        stage.enter(client, namespace)
        yield client


Moves = list[list[tuple[str, int]]]


def _plan(source: random.Random, count: int, rooms: int, moves: int) -> Moves:
    """For each client what it does: (join or leave, room)."""
    return [
        [(source.choice((JOIN, JOIN, LEAVE)), source.randrange(rooms)) for _ in range(moves)]
        for _ in range(count)
    ]


def _move(
    stage: EventStage, clients: list[SocketioActor], namespace: str, plan: Moves
) -> dict[int, set[int]]:
    """Returns the clients that are in each room afterwards."""
    members: dict[int, set[int]] = {room: set() for moves in plan for _, room in moves}
    for moves in zip(*plan, strict=True):
        for i, (verb, room) in enumerate(moves):
            (members[room].add if verb == JOIN else members[room].discard)(i)
        _all_at_once(stage, clients, namespace, [(verb, f"room {room}") for verb, room in moves])
    return {**{room: set() for room in range(max(members) + 1)}, **members}


def _all_at_once(
    stage: EventStage, clients: list[SocketioActor], namespace: str, moves: list[tuple[str, str]]
) -> None:
    """Every client emits; then every acknowledgement is waited for."""
    asked = [
        (client, client.emit(verb, [{"room": room}], namespace, stage.deadline, ack=True))
        for client, (verb, room) in zip(clients, moves, strict=True)
    ]
    for client, ack_id in asked:
        assert ack_id is not None
        _take_ok(stage, client, ack_id, namespace)


def _ask(stage: EventStage, client: SocketioActor, namespace: str, event: str, data: dict[str, str]) -> None:
    ack_id = client.emit(event, [data], namespace, stage.deadline, ack=True)
    assert ack_id is not None
    _take_ok(stage, client, ack_id, namespace)


def _take_ok(stage: EventStage, client: SocketioActor, ack_id: int, namespace: str) -> None:
    arguments = stage.receive_ack(client, ack_id, namespace, stage.deadline)
    if arguments != OK:
        raise Mismatch(
            f"{client.name} received another acknowledgement",
            expected=shown(OK),
            received=shown(arguments),
            got="different",
        )


def _hold(stage: EventStage, client: SocketioActor, namespace: str, due: Counter[str]) -> None:
    """What came up to the last text is exactly what was due, each once."""
    events = client.member(namespace).events

    def texts() -> list[str]:
        return [str(one.data[1].get("text")) for one in events if one.data[0] == SAID and len(one.data) > 1]

    try:
        client.until(lambda: "end" in texts(), stage.deadline, "the last text")
    except (ConnectionEnded, DeadlineMissed) as exc:
        raise missing(client, "the text to the room of everybody", str(exc), missed=True) from None
    came = Counter(texts()) - Counter(["end"])
    if lost := due - came:
        raise missing(client, shown(sorted(lost)[0]), f"{sum(came.values())} of {sum(due.values())} texts")
    if more := came - due:
        raise surplus(client, shown(sorted(more)[0]))
    events.clear()
