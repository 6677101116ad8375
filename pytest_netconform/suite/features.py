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
    "full-duplex": "keeps its side open after the client has closed its own, as its protocol wants",
    "busy-polling": "looks for work again and again without waiting, as in a lesson on non-blocking sockets",
    # Socket.IO: how it is reached, and the capabilities of the contract.
    "polling": "takes Engine.IO's long-polling",
    "websocket": "takes WebSocket",
    "seed": "has the events of the tutorial's chat app: addChat, message, sendMessage",
    "rooms": "has the events join, leave and say",
    "broadcast": "has the event broadcast",
    "whisper": "has the event whisper",
    "ack-echo": "has the event message-with-ack",
    "rooms.close": "has the event close_room",
    "rooms.list": "has the event rooms",
    "rooms.members": "has the event members",
    "rooms.union": "takes a list of rooms in say",
    "rooms.except": "takes a room in say's skip",
    "rooms.int": "tells numbers from texts as names of rooms",
    "server-ack": "has the event ask",
    "server-ack.timeout": "takes a timeout in ask",
    "server-disconnect": "has the event kick",
    "presence": "emits removeChat when a client has gone",
    "session": "has the events set and get",
    "background": "has the event countdown",
    "slow": "has the event slow",
    "error-isolation": "has the event boom",
    "ns.chat": "has the namespace /chat",
    "official-ns": "has the namespace /custom",
    "refuse": "has the namespace /private",
    "recovery": "restores sessions of clients that come back",
    "cluster": "runs in several processes",
}

WORDS = (*FEATURES, *(f"no-{feature}" for feature in FEATURES))
"""A feature, or `no-` and a feature where the target must not have it."""


def _known(word: str) -> str:
    if word not in WORDS:
        hint = did_you_mean(word, WORDS) or f"; they are {', '.join(FEATURES)}"
        raise ValueError(f"no feature is called {word!r}{hint}")
    return word


Feature = Annotated[StrictStr, AfterValidator(_known), WithJsonSchema({"enum": list(WORDS)})]
