"""The ordered, timed record of everything that happened in a check."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..payload import as_text, fit, label

MOST_EVENTS = 2000
MOST_BYTES = 4096
MOST_TEXT = 400


@dataclass(frozen=True)
class Event:
    """`at` in milliseconds since the check began; `data` the first bytes, `size` how many there were."""

    at: float
    actor: str
    what: str
    data: bytes = b""
    size: int = 0


class Transcript:
    """Collects events. Bounded: a check of a thousand clients keeps its first and counts the rest."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.events: list[Event] = []
        self.left_out = 0
        self.over = False

    def note(self, actor: str, what: str, data: bytes = b"") -> None:
        if not self.over:
            self.note_at(time.monotonic(), actor, what, data)

    def note_at(self, moment: float, actor: str, what: str, data: bytes = b"") -> None:
        if len(self.events) >= MOST_EVENTS:
            self.left_out += 1
            return
        at = (moment - self.began) * 1000
        self.events.append(Event(at, actor, what, bytes(data[:MOST_BYTES]), len(data)))

    def ordered(self) -> list[Event]:
        """By time: the server's output is noted late but happened earlier."""
        return sorted(self.events, key=lambda event: event.at)


def shown(event: Event) -> str:
    """What the event says on a transcript's arrow; of a packet as much text as anybody reads."""
    if event.what.endswith(" packet") and (text := as_text(event.data)) is not None:
        return fit(text, MOST_TEXT)
    return label(event.data) if event.size == len(event.data) else f"{event.size} bytes"
